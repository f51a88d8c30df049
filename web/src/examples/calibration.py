# Detector calibration: bias steps and noise at three elevations.
from nextline import disable_trace
import socket
import time

with disable_trace():
    import sorunlib as run
    run.initialize()

assert socket.gethostname() == 'daq-TELESCOPE-sequencer', 'platform check failed'

for el in (48.0, 52.0, 56.0):
    print(f'elevation {el}')
    run.acu.move_to(az=180.0, el=el)
    run.smurf.bias_step(concurrent=True, tag=f'calibration,el{el:.0f}')
    time.sleep(1)

run.smurf.take_noise(concurrent=True, tag='calibration')
print('calibration finished')
