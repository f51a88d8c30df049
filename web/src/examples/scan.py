# A short night: checks, detectors, one scan.
from nextline import disable_trace
import datetime as dt
import socket

with disable_trace():
    import numpy as np
    import sorunlib as run
    run.initialize()

acu = run.CLIENTS['acu']

assert socket.gethostname() == 'daq-TELESCOPE-sequencer', 'platform check failed'
position = acu.monitor.status().session['data']['StatusDetailed']
print(f"azimuth {position['Azimuth current position']:.2f}, elevation {position['Elevation current position']:.2f}")

run.acu.set_scan_params(az_speed=1.0, az_accel=1.0)
run.acu.move_to(az=150.0, el=50.0)

run.smurf.uxm_relock(concurrent=True)
run.smurf.iv_curve(
    concurrent=True,
    iv_kwargs={'run_serially': False, 'cool_wait': 60 * 5},
)
run.smurf.bias_dets(rfrac=0.5, concurrent=True)

stop = dt.datetime.now(dt.timezone.utc) + dt.timedelta(seconds=20)
run.seq.scan(
    description='rising scan',
    stop_time=stop.isoformat(timespec='seconds'),
    width=20.0, az_drift=0,
    subtype='cmb', tag='example',
)
print('scan finished')
