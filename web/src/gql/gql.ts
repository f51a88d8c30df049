/* eslint-disable */
import * as types from './graphql';
import type { TypedDocumentNode as DocumentNode } from '@graphql-typed-document-node/core';

/**
 * Map of all GraphQL operations in the project.
 *
 * This map has several performance disadvantages:
 * 1. It is not tree-shakeable, so it will include all operations in the project.
 * 2. It is not minifiable, so the string of a GraphQL query will be multiple times inside the bundle.
 * 3. It does not support dead code elimination, so it will add unused operations.
 *
 * Therefore it is highly recommended to use the babel or swc plugin for production.
 * Learn more about it here: https://the-guild.dev/graphql/codegen/plugins/presets/preset-client#reducing-bundle-size
 */
type Documents = {
    "\n  subscription Heartbeat {\n    heartbeat\n  }\n": typeof types.HeartbeatDocument,
    "\n  mutation ChangeAccount($name: String!, $role: Role!, $sequencers: [String!]) {\n    changeAccount(name: $name, role: $role, sequencers: $sequencers) {\n      name\n    }\n  }\n": typeof types.ChangeAccountDocument,
    "\n  mutation DisableAccount($name: String!, $disabled: Boolean!) {\n    disableAccount(name: $name, disabled: $disabled) {\n      name\n    }\n  }\n": typeof types.DisableAccountDocument,
    "\n  mutation ResetPassword($name: String!, $password: String!, $revokeTokens: Boolean!) {\n    resetPassword(name: $name, password: $password, revokeTokens: $revokeTokens) {\n      name\n    }\n  }\n": typeof types.ResetPasswordDocument,
    "\n  fragment ControlBar_sequencer on Sequencer {\n    name\n    control {\n      holder\n      since\n      askedBy\n    }\n  }\n": typeof types.ControlBar_SequencerFragmentDoc,
    "\n  mutation TakeControl($sequencer: String!, $reason: String) {\n    takeControl(sequencer: $sequencer, reason: $reason) {\n      name\n    }\n  }\n": typeof types.TakeControlDocument,
    "\n  mutation AskForControl($sequencer: String!) {\n    askForControl(sequencer: $sequencer) {\n      name\n    }\n  }\n": typeof types.AskForControlDocument,
    "\n  mutation HandOverControl($sequencer: String!, $to: String!) {\n    handOverControl(sequencer: $sequencer, to: $to) {\n      name\n    }\n  }\n": typeof types.HandOverControlDocument,
    "\n  mutation ReleaseControl($sequencer: String!) {\n    releaseControl(sequencer: $sequencer) {\n      name\n    }\n  }\n": typeof types.ReleaseControlDocument,
    "\n  mutation CreateAccount($name: String!, $password: String!, $role: Role!, $sequencers: [String!]) {\n    createAccount(name: $name, password: $password, role: $role, sequencers: $sequencers) {\n      name\n    }\n  }\n": typeof types.CreateAccountDocument,
    "\n  mutation ChangePassword($currentPassword: String!, $newPassword: String!) {\n    changePassword(currentPassword: $currentPassword, newPassword: $newPassword)\n  }\n": typeof types.ChangePasswordDocument,
    "\n  query Sessions {\n    sessions {\n      user\n      method\n      address\n      createdAt\n      expiresAt\n    }\n  }\n": typeof types.SessionsDocument,
    "\n  mutation SignOutUser($name: String!) {\n    signOutUser(name: $name)\n  }\n": typeof types.SignOutUserDocument,
    "\n  mutation SignIn($name: String!, $password: String!) {\n    signIn(name: $name, password: $password) {\n      name\n    }\n  }\n": typeof types.SignInDocument,
    "\n  query ApiTokens {\n    apiTokens {\n      id\n      name\n      owner\n      role\n      sequencers\n      createdAt\n      expiresAt\n      usedAt\n      revokedAt\n    }\n  }\n": typeof types.ApiTokensDocument,
    "\n  mutation CreateToken($name: String!, $role: Role!, $sequencers: [String!], $days: Int!) {\n    createApiToken(name: $name, role: $role, sequencers: $sequencers, days: $days)\n  }\n": typeof types.CreateTokenDocument,
    "\n  mutation RevokeToken($id: ID!) {\n    revokeApiToken(id: $id) {\n      id\n    }\n  }\n": typeof types.RevokeTokenDocument,
    "\n  fragment RunSummary on Run {\n    id\n    number\n    title\n    phase\n    reason\n    submittedBy\n    submittedAt\n    startedAt\n    finishedAt\n    exitCode\n    statementCount\n    statementsDone\n    live\n    seenAt\n    failure {\n      type\n      message\n      line\n      awaitingDecision\n    }\n  }\n": typeof types.RunSummaryFragmentDoc,
    "\n  query Actions($id: ID!, $after: Int!, $types: [String!], $first: Int!) {\n    run(id: $id) {\n      events(after: $after, first: $first, types: $types) {\n        seq\n        type\n        at\n        data\n      }\n    }\n  }\n": typeof types.ActionsDocument,
    "\n  query History($filter: RunFilter, $order: RunOrder, $first: Int!, $after: String) {\n    runs(filter: $filter, order: $order, first: $first, after: $after) {\n      edges {\n        cursor\n        node {\n          ...RunSummary\n          sequencer {\n            name\n          }\n        }\n      }\n      pageInfo {\n        hasNextPage\n        endCursor\n      }\n    }\n  }\n": typeof types.HistoryDocument,
    "\n  query LastRuns($sequencer: String!, $first: Int!) {\n    sequencer(name: $sequencer) {\n      lastRuns(first: $first) {\n        ...RunSummary\n      }\n    }\n  }\n": typeof types.LastRunsDocument,
    "\n  query Script($id: ID!) {\n    run(id: $id) {\n      id\n      number\n      title\n      script\n      scriptVersions {\n        version\n        script\n      }\n      sequencer {\n        name\n      }\n    }\n  }\n": typeof types.ScriptDocument,
    "\n  mutation Submit($input: SubmitRunInput!) {\n    submitRun(input: $input) {\n      id\n      number\n      phase\n    }\n  }\n": typeof types.SubmitDocument,
    "\n  mutation Pause($id: ID!) {\n    pauseRun(id: $id) {\n      id\n    }\n  }\n": typeof types.PauseDocument,
    "\n  mutation Resume($id: ID!) {\n    resumeRun(id: $id) {\n      id\n    }\n  }\n": typeof types.ResumeDocument,
    "\n  mutation Step($run: ID!, $trace: Int!, $prompt: Int!, $command: StepCommand!, $line: Int, $others: OtherTasks) {\n    stepTrace(run: $run, trace: $trace, prompt: $prompt, command: $command, line: $line, others: $others) {\n      id\n    }\n  }\n": typeof types.StepDocument,
    "\n  mutation ResumeOtherTasks($run: ID!, $trace: Int!) {\n    resumeOtherTasks(run: $run, trace: $trace) {\n      id\n    }\n  }\n": typeof types.ResumeOtherTasksDocument,
    "\n  mutation Stop($id: ID!, $level: StopLevel!, $escalate: Boolean!) {\n    stopRun(id: $id, level: $level, escalate: $escalate) {\n      id\n    }\n  }\n": typeof types.StopDocument,
    "\n  mutation CancelStop($id: ID!) {\n    cancelStop(id: $id) {\n      id\n    }\n  }\n": typeof types.CancelStopDocument,
    "\n  mutation Cancel($id: ID!) {\n    cancelRun(id: $id) {\n      id\n    }\n  }\n": typeof types.CancelDocument,
    "\n  mutation SetBreakpoints($run: ID!, $breakpoints: [BreakpointInput!]!) {\n    setBreakpoints(run: $run, breakpoints: $breakpoints) {\n      file\n      line\n      requestedLine\n      movedFrom\n      condition\n      hitCount\n      logMessage\n      enabled\n      hits\n      problem\n    }\n  }\n": typeof types.SetBreakpointsDocument,
    "\n  query Source($run: ID!, $file: String!) {\n    source(run: $run, file: $file) {\n      file\n      text\n    }\n  }\n": typeof types.SourceDocument,
    "\n  query Variables(\n    $run: ID!\n    $trace: Int!\n    $prompt: Int!\n    $frame: Int!\n    $scope: VariableScope!\n    $path: [String!]!\n    $after: Int!\n  ) {\n    variables(\n      run: $run\n      trace: $trace\n      prompt: $prompt\n      frame: $frame\n      scope: $scope\n      path: $path\n      after: $after\n      first: 100\n    ) {\n      total\n      variables {\n        name\n        type\n        value\n        expandable\n        path\n      }\n    }\n  }\n": typeof types.VariablesDocument,
    "\n  mutation Evaluate($run: ID!, $trace: Int!, $prompt: Int!, $frame: Int!, $expression: String!, $watch: Boolean!) {\n    evaluate(run: $run, trace: $trace, prompt: $prompt, frame: $frame, expression: $expression, watch: $watch) {\n      ok\n      text\n    }\n  }\n": typeof types.EvaluateDocument,
    "\n  mutation InterruptEvaluation($run: ID!, $trace: Int!, $prompt: Int!) {\n    interruptEvaluation(run: $run, trace: $trace, prompt: $prompt)\n  }\n": typeof types.InterruptEvaluationDocument,
    "\n  mutation Decide($run: ID!, $action: FailureAction!, $line: Int) {\n    decideFailure(run: $run, action: $action, line: $line) {\n      id\n    }\n  }\n": typeof types.DecideDocument,
    "\n  mutation Replace($run: ID!, $script: String!) {\n    replaceRemaining(run: $run, script: $script) {\n      id\n    }\n  }\n": typeof types.ReplaceDocument,
    "\n  mutation Answer($run: ID!, $ask: Int!, $answer: String!) {\n    answerAsk(run: $run, ask: $ask, answer: $answer) {\n      id\n    }\n  }\n": typeof types.AnswerDocument,
    "\n  subscription Sequencers {\n    sequencers {\n      name\n      mode\n      modeReason\n      modeChangedBy\n      modeChangedAt\n      hostname\n      lastKnownSince\n      ...ControlBar_sequencer\n      ...HoldOnFailureSetting_sequencer\n      afterFailure\n      runner {\n        connected\n        runnerPerRun\n        since\n        python\n        hostname\n        packages {\n          name\n          version\n        }\n        problems\n      }\n      activeRun {\n        ...RunSummary\n        resources\n        pausePending\n        pausedSince\n        stops {\n          at\n        }\n        asks {\n          question\n          at\n          answered {\n            at\n          }\n        }\n        scriptVersion\n        position {\n          statement\n          line\n          since\n        }\n      }\n      queue {\n        ...RunSummary\n        start\n        proposed\n        resources\n        window {\n          notBefore\n          notAfter\n        }\n        onHold {\n          since\n          by\n          reason\n        }\n      }\n      lastRun {\n        ...RunSummary\n        stoppedBy {\n          by\n        }\n      }\n    }\n  }\n": typeof types.SequencersDocument,
    "\n  query Access {\n    access {\n      methods\n      me {\n        name\n        role\n        sequencers\n        method\n        byAccount\n      }\n    }\n  }\n": typeof types.AccessDocument,
    "\n  mutation SignOut($everywhere: Boolean!) {\n    signOut(everywhere: $everywhere)\n  }\n": typeof types.SignOutDocument,
    "\n  mutation Statements($sequencer: String!, $script: String!) {\n    listStatements(sequencer: $sequencer, script: $script) {\n      index\n      firstLine\n      lastLine\n    }\n  }\n": typeof types.StatementsDocument,
    "\n  mutation Check($sequencer: String!, $script: String!, $startAt: Int) {\n    checkScript(sequencer: $sequencer, script: $script, startAt: $startAt) {\n      severity\n      line\n      code\n      message\n    }\n  }\n": typeof types.CheckDocument,
    "\n  query TelescopeStatus($sequencer: String!) {\n    telescopeStatus(sequencer: $sequencer) {\n      operations {\n        agent\n        operation\n        since\n      }\n      problem\n      at\n    }\n  }\n": typeof types.TelescopeStatusDocument,
    "\n  query Estimate($sequencer: String!, $script: String!) {\n    estimate(sequencer: $sequencer, script: $script) {\n      statements {\n        firstLine\n        typicalSeconds\n        lowSeconds\n        highSeconds\n        basis\n      }\n    }\n  }\n": typeof types.EstimateDocument,
    "\n  query RunForecast($id: ID!) {\n    run(id: $id) {\n      id\n      expectedEnd\n      forecast {\n        behindSeconds\n        regainedAt\n        regainedLine\n        usualSeconds\n        usualBasis\n      }\n    }\n  }\n": typeof types.RunForecastDocument,
    "\n  mutation SetAfterFailure($sequencer: String!, $afterFailure: AfterFailure!) {\n    setAfterFailure(sequencer: $sequencer, afterFailure: $afterFailure) {\n      name\n    }\n  }\n": typeof types.SetAfterFailureDocument,
    "\n  query Audit($filter: AuditFilter, $first: Int!, $after: String) {\n    audit(filter: $filter, first: $first, after: $after) {\n      entries {\n        id\n        at\n        user\n        via\n        address\n        action\n        sequencer\n        run\n        runNumber\n        line\n        details\n        result\n        message\n      }\n      endCursor\n    }\n  }\n": typeof types.AuditDocument,
    "\n  fragment HoldOnFailureSetting_sequencer on Sequencer {\n    name\n    holdOnFailure\n  }\n": typeof types.HoldOnFailureSetting_SequencerFragmentDoc,
    "\n  mutation SetHold($sequencer: String!, $hold: Boolean!) {\n    setHoldOnFailure(sequencer: $sequencer, hold: $hold) {\n      name\n    }\n  }\n": typeof types.SetHoldDocument,
    "\n  query RunByNumber($sequencer: String!, $number: Int!) {\n    runByNumber(sequencer: $sequencer, number: $number) {\n      id\n    }\n  }\n": typeof types.RunByNumberDocument,
    "\n  query About {\n    server {\n      version\n      time\n    }\n  }\n": typeof types.AboutDocument,
    "\n  query Accounts {\n    accounts {\n      name\n      role\n      sequencers\n      inFile\n      createdAt\n      createdBy\n      disabledAt\n    }\n  }\n": typeof types.AccountsDocument,
    "\n  query Nights($filter: RunFilter, $last: Int, $dates: [String!]) {\n    nights(filter: $filter, last: $last, dates: $dates) {\n      date\n      outcomes {\n        phase\n        runs\n        seconds\n      }\n    }\n  }\n": typeof types.NightsDocument,
    "\n  query Count($filter: RunFilter) {\n    runs(filter: $filter, first: 1) {\n      totalCount\n      totalCountIsExact\n    }\n  }\n": typeof types.CountDocument,
    "\n  query Timeline($since: DateTime!, $first: Int!) {\n    sequencers {\n      name\n      lastRuns(since: $since, first: $first) {\n        id\n        number\n        phase\n        startedAt\n        finishedAt\n      }\n    }\n  }\n": typeof types.TimelineDocument,
    "\n  query LastOutput($id: ID!) {\n    run(id: $id) {\n      outputBefore(last: 20) {\n        seq\n        stream\n        text\n        at\n      }\n    }\n  }\n": typeof types.LastOutputDocument,
    "\n  query Site {\n    site {\n      latitude\n      longitude\n    }\n  }\n": typeof types.SiteDocument,
    "\n  query PlannedRuns {\n    sequencers {\n      name\n      activeRun {\n        id\n        number\n        expectedStart\n        expectedEnd\n      }\n      queue {\n        id\n        number\n        expectedStart\n        expectedEnd\n      }\n    }\n  }\n": typeof types.PlannedRunsDocument,
    "\n  fragment PreflightResult on PreflightCheck {\n    name\n    mark\n    text\n  }\n": typeof types.PreflightResultFragmentDoc,
    "\n  query Preflight($sequencer: String!, $script: String!) {\n    preflight(sequencer: $sequencer, script: $script) {\n      ...PreflightResult\n    }\n  }\n": typeof types.PreflightDocument,
    "\n  query QueuePreflight($name: String!, $first: Int!) {\n    sequencer(name: $name) {\n      name\n      queue(first: $first) {\n        id\n        preflight {\n          ...PreflightResult\n        }\n      }\n    }\n  }\n": typeof types.QueuePreflightDocument,
    "\n  query SchedulerUrl($name: String!) {\n    sequencer(name: $name) {\n      scheduler {\n        settings {\n          url\n        }\n      }\n    }\n  }\n": typeof types.SchedulerUrlDocument,
    "\n  query LastMover($name: String!) {\n    sequencer(name: $name) {\n      queueMovedBy\n    }\n  }\n": typeof types.LastMoverDocument,
    "\n  query PlanTimes($name: String!) {\n    sequencer(name: $name) {\n      activeRun {\n        id\n        expectedStart\n        expectedEnd\n      }\n      queue {\n        id\n        expectedStart\n        expectedEnd\n      }\n    }\n  }\n": typeof types.PlanTimesDocument,
    "\n  query QueuedRun($id: ID!) {\n    run(id: $id) {\n      id\n      number\n      phase\n      version\n      editedBy\n      title\n      script\n      arguments\n      startPaused\n      holdOnFailure\n      startAt\n      start\n      timeoutSeconds\n      afterFailure\n      resources\n      breakpoints {\n        file\n        line\n        condition\n        hitCount\n        logMessage\n        enabled\n      }\n      window {\n        notBefore\n        notAfter\n      }\n      onHold {\n        reason\n      }\n    }\n  }\n": typeof types.QueuedRunDocument,
    "\n  mutation AddRuns($inputs: [SubmitRunInput!]!, $copies: Int!) {\n    submitRuns(inputs: $inputs, copies: $copies) {\n      id\n      number\n    }\n  }\n": typeof types.AddRunsDocument,
    "\n  mutation EditRun($id: ID!, $input: EditRunInput!) {\n    editRun(id: $id, input: $input) {\n      id\n      number\n      version\n    }\n  }\n": typeof types.EditRunDocument,
    "\n  mutation MoveInQueue($run: ID!, $position: Int!) {\n    moveInQueue(run: $run, position: $position) {\n      queue {\n        id\n      }\n    }\n  }\n": typeof types.MoveInQueueDocument,
    "\n  mutation HoldRun($id: ID!, $reason: String) {\n    holdRun(id: $id, reason: $reason) {\n      id\n    }\n  }\n": typeof types.HoldRunDocument,
    "\n  mutation AcceptRun($id: ID!) {\n    acceptRun(id: $id) {\n      id\n    }\n  }\n": typeof types.AcceptRunDocument,
    "\n  mutation DeclineRun($id: ID!, $reason: String!) {\n    declineRun(id: $id, reason: $reason) {\n      id\n    }\n  }\n": typeof types.DeclineRunDocument,
    "\n  mutation ReleaseRun($id: ID!) {\n    releaseRun(id: $id) {\n      id\n    }\n  }\n": typeof types.ReleaseRunDocument,
    "\n  mutation SetMode($sequencer: String!, $mode: SequencerMode!, $reason: String) {\n    setMode(sequencer: $sequencer, mode: $mode, reason: $reason) {\n      name\n    }\n  }\n": typeof types.SetModeDocument,
    "\n  query OutputMatches(\n    $id: ID!\n    $find: String!\n    $filter: OutputFilter\n    $after: String\n    $before: String\n    $first: Int\n    $last: Int\n  ) {\n    run(id: $id) {\n      outputMatches(find: $find, filter: $filter, after: $after, before: $before, first: $first, last: $last) {\n        total\n        hasMore\n        isComplete\n        number\n        matches {\n          seq\n          ordinal\n        }\n      }\n    }\n  }\n": typeof types.OutputMatchesDocument,
    "\n  query OutputEvents($id: ID!, $after: Int, $before: Int, $first: Int, $last: Int, $filter: OutputFilter) {\n    run(id: $id) {\n      outputEvents(after: $after, before: $before, first: $first, last: $last, filter: $filter) {\n        ...OutputPage\n      }\n    }\n  }\n": typeof types.OutputEventsDocument,
    "\n  fragment OutputPage on OutputPage {\n    events {\n      seq\n      type\n      at\n      data\n    }\n    hasMore\n  }\n": typeof types.OutputPageFragmentDoc,
    "\n  query Run($id: ID!, $last: Int!) {\n    run(id: $id) {\n      ...RunSummary\n      sequencer {\n        name\n      }\n      script\n      scriptHash\n      arguments\n      startPaused\n      holdOnFailure\n      startAt\n      breakpoints {\n        file\n        line\n        condition\n        hitCount\n        logMessage\n        enabled\n      }\n      scriptVersions {\n        version\n        script\n      }\n      view\n      lastSeq\n      outputEvents(last: $last) {\n        ...OutputPage\n      }\n    }\n  }\n": typeof types.RunDocument,
    "\n  subscription RunState($id: ID!) {\n    run(id: $id) {\n      ...RunSummary\n      pausePending\n      watchers\n      stops {\n        level\n        by\n        at\n        requestedAt\n        deadline\n        escalate\n      }\n    }\n  }\n": typeof types.RunStateDocument,
    "\n  subscription Events($run: ID!, $after: Int!) {\n    events(run: $run, after: $after) {\n      seq\n      type\n      at\n      data\n    }\n  }\n": typeof types.EventsDocument,
    "\n  query OutputAfter($id: ID!, $after: Int!) {\n    run(id: $id) {\n      output(after: $after, first: 1000) {\n        seq\n        stream\n        text\n        trace\n        line\n        at\n      }\n    }\n  }\n": typeof types.OutputAfterDocument,
    "\n  fragment PullLine on SchedulerPull {\n    id\n    at\n    from\n    to\n    state\n    message\n    seconds\n    automatic\n    by\n    run {\n      id\n      number\n      phase\n    }\n  }\n": typeof types.PullLineFragmentDoc,
    "\n  query Scheduler($name: String!) {\n    sequencer(name: $name) {\n      queue {\n        id\n        expectedEnd\n      }\n      activeRun {\n        id\n        expectedEnd\n      }\n      scheduler {\n        failures\n        nextPullAt\n        settings {\n          url\n          policy\n          lengthMinutes\n          timeoutSeconds\n          leadMinutes\n        }\n        pulls(first: 10) {\n          entries {\n            ...PullLine\n          }\n        }\n      }\n    }\n  }\n": typeof types.SchedulerDocument,
    "\n  query LastPulledScripts($name: String!) {\n    sequencer(name: $name) {\n      scheduler {\n        pulls(first: 10) {\n          entries {\n            id\n            at\n            script\n            run {\n              id\n              number\n            }\n          }\n        }\n      }\n    }\n  }\n": typeof types.LastPulledScriptsDocument,
    "\n  query SchedulerPreview($name: String!, $from: DateTime!, $to: DateTime!, $policy: String) {\n    schedulerPreview(sequencer: $name, from: $from, to: $to, policy: $policy) {\n      at\n      from\n      to\n      ok\n      message\n      seconds\n      script\n    }\n  }\n": typeof types.SchedulerPreviewDocument,
    "\n  mutation SetSchedulerSettings($name: String!, $settings: SchedulerSettingsInput!) {\n    setSchedulerSettings(sequencer: $name, settings: $settings) {\n      name\n    }\n  }\n": typeof types.SetSchedulerSettingsDocument,
    "\n  query ScheduleEstimate($name: String!, $script: String!, $startAt: DateTime) {\n    estimate(sequencer: $name, script: $script, startAt: $startAt) {\n      totalSeconds\n      expectedEnd\n      unknownStatements\n      statements {\n        index\n      }\n    }\n    sequencer(name: $name) {\n      name\n    }\n  }\n": typeof types.ScheduleEstimateDocument,
    "\n  mutation CheckSchedule($name: String!, $script: String!) {\n    checkScript(sequencer: $name, script: $script) {\n      severity\n      line\n      code\n      message\n    }\n  }\n": typeof types.CheckScheduleDocument,
    "\n  mutation StopAll($level: StopLevel!, $reason: String!, $runs: [RunStopInput!]) {\n    stopAll(level: $level, reason: $reason, runs: $runs) {\n      id\n    }\n  }\n": typeof types.StopAllDocument,
};
const documents: Documents = {
    "\n  subscription Heartbeat {\n    heartbeat\n  }\n": types.HeartbeatDocument,
    "\n  mutation ChangeAccount($name: String!, $role: Role!, $sequencers: [String!]) {\n    changeAccount(name: $name, role: $role, sequencers: $sequencers) {\n      name\n    }\n  }\n": types.ChangeAccountDocument,
    "\n  mutation DisableAccount($name: String!, $disabled: Boolean!) {\n    disableAccount(name: $name, disabled: $disabled) {\n      name\n    }\n  }\n": types.DisableAccountDocument,
    "\n  mutation ResetPassword($name: String!, $password: String!, $revokeTokens: Boolean!) {\n    resetPassword(name: $name, password: $password, revokeTokens: $revokeTokens) {\n      name\n    }\n  }\n": types.ResetPasswordDocument,
    "\n  fragment ControlBar_sequencer on Sequencer {\n    name\n    control {\n      holder\n      since\n      askedBy\n    }\n  }\n": types.ControlBar_SequencerFragmentDoc,
    "\n  mutation TakeControl($sequencer: String!, $reason: String) {\n    takeControl(sequencer: $sequencer, reason: $reason) {\n      name\n    }\n  }\n": types.TakeControlDocument,
    "\n  mutation AskForControl($sequencer: String!) {\n    askForControl(sequencer: $sequencer) {\n      name\n    }\n  }\n": types.AskForControlDocument,
    "\n  mutation HandOverControl($sequencer: String!, $to: String!) {\n    handOverControl(sequencer: $sequencer, to: $to) {\n      name\n    }\n  }\n": types.HandOverControlDocument,
    "\n  mutation ReleaseControl($sequencer: String!) {\n    releaseControl(sequencer: $sequencer) {\n      name\n    }\n  }\n": types.ReleaseControlDocument,
    "\n  mutation CreateAccount($name: String!, $password: String!, $role: Role!, $sequencers: [String!]) {\n    createAccount(name: $name, password: $password, role: $role, sequencers: $sequencers) {\n      name\n    }\n  }\n": types.CreateAccountDocument,
    "\n  mutation ChangePassword($currentPassword: String!, $newPassword: String!) {\n    changePassword(currentPassword: $currentPassword, newPassword: $newPassword)\n  }\n": types.ChangePasswordDocument,
    "\n  query Sessions {\n    sessions {\n      user\n      method\n      address\n      createdAt\n      expiresAt\n    }\n  }\n": types.SessionsDocument,
    "\n  mutation SignOutUser($name: String!) {\n    signOutUser(name: $name)\n  }\n": types.SignOutUserDocument,
    "\n  mutation SignIn($name: String!, $password: String!) {\n    signIn(name: $name, password: $password) {\n      name\n    }\n  }\n": types.SignInDocument,
    "\n  query ApiTokens {\n    apiTokens {\n      id\n      name\n      owner\n      role\n      sequencers\n      createdAt\n      expiresAt\n      usedAt\n      revokedAt\n    }\n  }\n": types.ApiTokensDocument,
    "\n  mutation CreateToken($name: String!, $role: Role!, $sequencers: [String!], $days: Int!) {\n    createApiToken(name: $name, role: $role, sequencers: $sequencers, days: $days)\n  }\n": types.CreateTokenDocument,
    "\n  mutation RevokeToken($id: ID!) {\n    revokeApiToken(id: $id) {\n      id\n    }\n  }\n": types.RevokeTokenDocument,
    "\n  fragment RunSummary on Run {\n    id\n    number\n    title\n    phase\n    reason\n    submittedBy\n    submittedAt\n    startedAt\n    finishedAt\n    exitCode\n    statementCount\n    statementsDone\n    live\n    seenAt\n    failure {\n      type\n      message\n      line\n      awaitingDecision\n    }\n  }\n": types.RunSummaryFragmentDoc,
    "\n  query Actions($id: ID!, $after: Int!, $types: [String!], $first: Int!) {\n    run(id: $id) {\n      events(after: $after, first: $first, types: $types) {\n        seq\n        type\n        at\n        data\n      }\n    }\n  }\n": types.ActionsDocument,
    "\n  query History($filter: RunFilter, $order: RunOrder, $first: Int!, $after: String) {\n    runs(filter: $filter, order: $order, first: $first, after: $after) {\n      edges {\n        cursor\n        node {\n          ...RunSummary\n          sequencer {\n            name\n          }\n        }\n      }\n      pageInfo {\n        hasNextPage\n        endCursor\n      }\n    }\n  }\n": types.HistoryDocument,
    "\n  query LastRuns($sequencer: String!, $first: Int!) {\n    sequencer(name: $sequencer) {\n      lastRuns(first: $first) {\n        ...RunSummary\n      }\n    }\n  }\n": types.LastRunsDocument,
    "\n  query Script($id: ID!) {\n    run(id: $id) {\n      id\n      number\n      title\n      script\n      scriptVersions {\n        version\n        script\n      }\n      sequencer {\n        name\n      }\n    }\n  }\n": types.ScriptDocument,
    "\n  mutation Submit($input: SubmitRunInput!) {\n    submitRun(input: $input) {\n      id\n      number\n      phase\n    }\n  }\n": types.SubmitDocument,
    "\n  mutation Pause($id: ID!) {\n    pauseRun(id: $id) {\n      id\n    }\n  }\n": types.PauseDocument,
    "\n  mutation Resume($id: ID!) {\n    resumeRun(id: $id) {\n      id\n    }\n  }\n": types.ResumeDocument,
    "\n  mutation Step($run: ID!, $trace: Int!, $prompt: Int!, $command: StepCommand!, $line: Int, $others: OtherTasks) {\n    stepTrace(run: $run, trace: $trace, prompt: $prompt, command: $command, line: $line, others: $others) {\n      id\n    }\n  }\n": types.StepDocument,
    "\n  mutation ResumeOtherTasks($run: ID!, $trace: Int!) {\n    resumeOtherTasks(run: $run, trace: $trace) {\n      id\n    }\n  }\n": types.ResumeOtherTasksDocument,
    "\n  mutation Stop($id: ID!, $level: StopLevel!, $escalate: Boolean!) {\n    stopRun(id: $id, level: $level, escalate: $escalate) {\n      id\n    }\n  }\n": types.StopDocument,
    "\n  mutation CancelStop($id: ID!) {\n    cancelStop(id: $id) {\n      id\n    }\n  }\n": types.CancelStopDocument,
    "\n  mutation Cancel($id: ID!) {\n    cancelRun(id: $id) {\n      id\n    }\n  }\n": types.CancelDocument,
    "\n  mutation SetBreakpoints($run: ID!, $breakpoints: [BreakpointInput!]!) {\n    setBreakpoints(run: $run, breakpoints: $breakpoints) {\n      file\n      line\n      requestedLine\n      movedFrom\n      condition\n      hitCount\n      logMessage\n      enabled\n      hits\n      problem\n    }\n  }\n": types.SetBreakpointsDocument,
    "\n  query Source($run: ID!, $file: String!) {\n    source(run: $run, file: $file) {\n      file\n      text\n    }\n  }\n": types.SourceDocument,
    "\n  query Variables(\n    $run: ID!\n    $trace: Int!\n    $prompt: Int!\n    $frame: Int!\n    $scope: VariableScope!\n    $path: [String!]!\n    $after: Int!\n  ) {\n    variables(\n      run: $run\n      trace: $trace\n      prompt: $prompt\n      frame: $frame\n      scope: $scope\n      path: $path\n      after: $after\n      first: 100\n    ) {\n      total\n      variables {\n        name\n        type\n        value\n        expandable\n        path\n      }\n    }\n  }\n": types.VariablesDocument,
    "\n  mutation Evaluate($run: ID!, $trace: Int!, $prompt: Int!, $frame: Int!, $expression: String!, $watch: Boolean!) {\n    evaluate(run: $run, trace: $trace, prompt: $prompt, frame: $frame, expression: $expression, watch: $watch) {\n      ok\n      text\n    }\n  }\n": types.EvaluateDocument,
    "\n  mutation InterruptEvaluation($run: ID!, $trace: Int!, $prompt: Int!) {\n    interruptEvaluation(run: $run, trace: $trace, prompt: $prompt)\n  }\n": types.InterruptEvaluationDocument,
    "\n  mutation Decide($run: ID!, $action: FailureAction!, $line: Int) {\n    decideFailure(run: $run, action: $action, line: $line) {\n      id\n    }\n  }\n": types.DecideDocument,
    "\n  mutation Replace($run: ID!, $script: String!) {\n    replaceRemaining(run: $run, script: $script) {\n      id\n    }\n  }\n": types.ReplaceDocument,
    "\n  mutation Answer($run: ID!, $ask: Int!, $answer: String!) {\n    answerAsk(run: $run, ask: $ask, answer: $answer) {\n      id\n    }\n  }\n": types.AnswerDocument,
    "\n  subscription Sequencers {\n    sequencers {\n      name\n      mode\n      modeReason\n      modeChangedBy\n      modeChangedAt\n      hostname\n      lastKnownSince\n      ...ControlBar_sequencer\n      ...HoldOnFailureSetting_sequencer\n      afterFailure\n      runner {\n        connected\n        runnerPerRun\n        since\n        python\n        hostname\n        packages {\n          name\n          version\n        }\n        problems\n      }\n      activeRun {\n        ...RunSummary\n        resources\n        pausePending\n        pausedSince\n        stops {\n          at\n        }\n        asks {\n          question\n          at\n          answered {\n            at\n          }\n        }\n        scriptVersion\n        position {\n          statement\n          line\n          since\n        }\n      }\n      queue {\n        ...RunSummary\n        start\n        proposed\n        resources\n        window {\n          notBefore\n          notAfter\n        }\n        onHold {\n          since\n          by\n          reason\n        }\n      }\n      lastRun {\n        ...RunSummary\n        stoppedBy {\n          by\n        }\n      }\n    }\n  }\n": types.SequencersDocument,
    "\n  query Access {\n    access {\n      methods\n      me {\n        name\n        role\n        sequencers\n        method\n        byAccount\n      }\n    }\n  }\n": types.AccessDocument,
    "\n  mutation SignOut($everywhere: Boolean!) {\n    signOut(everywhere: $everywhere)\n  }\n": types.SignOutDocument,
    "\n  mutation Statements($sequencer: String!, $script: String!) {\n    listStatements(sequencer: $sequencer, script: $script) {\n      index\n      firstLine\n      lastLine\n    }\n  }\n": types.StatementsDocument,
    "\n  mutation Check($sequencer: String!, $script: String!, $startAt: Int) {\n    checkScript(sequencer: $sequencer, script: $script, startAt: $startAt) {\n      severity\n      line\n      code\n      message\n    }\n  }\n": types.CheckDocument,
    "\n  query TelescopeStatus($sequencer: String!) {\n    telescopeStatus(sequencer: $sequencer) {\n      operations {\n        agent\n        operation\n        since\n      }\n      problem\n      at\n    }\n  }\n": types.TelescopeStatusDocument,
    "\n  query Estimate($sequencer: String!, $script: String!) {\n    estimate(sequencer: $sequencer, script: $script) {\n      statements {\n        firstLine\n        typicalSeconds\n        lowSeconds\n        highSeconds\n        basis\n      }\n    }\n  }\n": types.EstimateDocument,
    "\n  query RunForecast($id: ID!) {\n    run(id: $id) {\n      id\n      expectedEnd\n      forecast {\n        behindSeconds\n        regainedAt\n        regainedLine\n        usualSeconds\n        usualBasis\n      }\n    }\n  }\n": types.RunForecastDocument,
    "\n  mutation SetAfterFailure($sequencer: String!, $afterFailure: AfterFailure!) {\n    setAfterFailure(sequencer: $sequencer, afterFailure: $afterFailure) {\n      name\n    }\n  }\n": types.SetAfterFailureDocument,
    "\n  query Audit($filter: AuditFilter, $first: Int!, $after: String) {\n    audit(filter: $filter, first: $first, after: $after) {\n      entries {\n        id\n        at\n        user\n        via\n        address\n        action\n        sequencer\n        run\n        runNumber\n        line\n        details\n        result\n        message\n      }\n      endCursor\n    }\n  }\n": types.AuditDocument,
    "\n  fragment HoldOnFailureSetting_sequencer on Sequencer {\n    name\n    holdOnFailure\n  }\n": types.HoldOnFailureSetting_SequencerFragmentDoc,
    "\n  mutation SetHold($sequencer: String!, $hold: Boolean!) {\n    setHoldOnFailure(sequencer: $sequencer, hold: $hold) {\n      name\n    }\n  }\n": types.SetHoldDocument,
    "\n  query RunByNumber($sequencer: String!, $number: Int!) {\n    runByNumber(sequencer: $sequencer, number: $number) {\n      id\n    }\n  }\n": types.RunByNumberDocument,
    "\n  query About {\n    server {\n      version\n      time\n    }\n  }\n": types.AboutDocument,
    "\n  query Accounts {\n    accounts {\n      name\n      role\n      sequencers\n      inFile\n      createdAt\n      createdBy\n      disabledAt\n    }\n  }\n": types.AccountsDocument,
    "\n  query Nights($filter: RunFilter, $last: Int, $dates: [String!]) {\n    nights(filter: $filter, last: $last, dates: $dates) {\n      date\n      outcomes {\n        phase\n        runs\n        seconds\n      }\n    }\n  }\n": types.NightsDocument,
    "\n  query Count($filter: RunFilter) {\n    runs(filter: $filter, first: 1) {\n      totalCount\n      totalCountIsExact\n    }\n  }\n": types.CountDocument,
    "\n  query Timeline($since: DateTime!, $first: Int!) {\n    sequencers {\n      name\n      lastRuns(since: $since, first: $first) {\n        id\n        number\n        phase\n        startedAt\n        finishedAt\n      }\n    }\n  }\n": types.TimelineDocument,
    "\n  query LastOutput($id: ID!) {\n    run(id: $id) {\n      outputBefore(last: 20) {\n        seq\n        stream\n        text\n        at\n      }\n    }\n  }\n": types.LastOutputDocument,
    "\n  query Site {\n    site {\n      latitude\n      longitude\n    }\n  }\n": types.SiteDocument,
    "\n  query PlannedRuns {\n    sequencers {\n      name\n      activeRun {\n        id\n        number\n        expectedStart\n        expectedEnd\n      }\n      queue {\n        id\n        number\n        expectedStart\n        expectedEnd\n      }\n    }\n  }\n": types.PlannedRunsDocument,
    "\n  fragment PreflightResult on PreflightCheck {\n    name\n    mark\n    text\n  }\n": types.PreflightResultFragmentDoc,
    "\n  query Preflight($sequencer: String!, $script: String!) {\n    preflight(sequencer: $sequencer, script: $script) {\n      ...PreflightResult\n    }\n  }\n": types.PreflightDocument,
    "\n  query QueuePreflight($name: String!, $first: Int!) {\n    sequencer(name: $name) {\n      name\n      queue(first: $first) {\n        id\n        preflight {\n          ...PreflightResult\n        }\n      }\n    }\n  }\n": types.QueuePreflightDocument,
    "\n  query SchedulerUrl($name: String!) {\n    sequencer(name: $name) {\n      scheduler {\n        settings {\n          url\n        }\n      }\n    }\n  }\n": types.SchedulerUrlDocument,
    "\n  query LastMover($name: String!) {\n    sequencer(name: $name) {\n      queueMovedBy\n    }\n  }\n": types.LastMoverDocument,
    "\n  query PlanTimes($name: String!) {\n    sequencer(name: $name) {\n      activeRun {\n        id\n        expectedStart\n        expectedEnd\n      }\n      queue {\n        id\n        expectedStart\n        expectedEnd\n      }\n    }\n  }\n": types.PlanTimesDocument,
    "\n  query QueuedRun($id: ID!) {\n    run(id: $id) {\n      id\n      number\n      phase\n      version\n      editedBy\n      title\n      script\n      arguments\n      startPaused\n      holdOnFailure\n      startAt\n      start\n      timeoutSeconds\n      afterFailure\n      resources\n      breakpoints {\n        file\n        line\n        condition\n        hitCount\n        logMessage\n        enabled\n      }\n      window {\n        notBefore\n        notAfter\n      }\n      onHold {\n        reason\n      }\n    }\n  }\n": types.QueuedRunDocument,
    "\n  mutation AddRuns($inputs: [SubmitRunInput!]!, $copies: Int!) {\n    submitRuns(inputs: $inputs, copies: $copies) {\n      id\n      number\n    }\n  }\n": types.AddRunsDocument,
    "\n  mutation EditRun($id: ID!, $input: EditRunInput!) {\n    editRun(id: $id, input: $input) {\n      id\n      number\n      version\n    }\n  }\n": types.EditRunDocument,
    "\n  mutation MoveInQueue($run: ID!, $position: Int!) {\n    moveInQueue(run: $run, position: $position) {\n      queue {\n        id\n      }\n    }\n  }\n": types.MoveInQueueDocument,
    "\n  mutation HoldRun($id: ID!, $reason: String) {\n    holdRun(id: $id, reason: $reason) {\n      id\n    }\n  }\n": types.HoldRunDocument,
    "\n  mutation AcceptRun($id: ID!) {\n    acceptRun(id: $id) {\n      id\n    }\n  }\n": types.AcceptRunDocument,
    "\n  mutation DeclineRun($id: ID!, $reason: String!) {\n    declineRun(id: $id, reason: $reason) {\n      id\n    }\n  }\n": types.DeclineRunDocument,
    "\n  mutation ReleaseRun($id: ID!) {\n    releaseRun(id: $id) {\n      id\n    }\n  }\n": types.ReleaseRunDocument,
    "\n  mutation SetMode($sequencer: String!, $mode: SequencerMode!, $reason: String) {\n    setMode(sequencer: $sequencer, mode: $mode, reason: $reason) {\n      name\n    }\n  }\n": types.SetModeDocument,
    "\n  query OutputMatches(\n    $id: ID!\n    $find: String!\n    $filter: OutputFilter\n    $after: String\n    $before: String\n    $first: Int\n    $last: Int\n  ) {\n    run(id: $id) {\n      outputMatches(find: $find, filter: $filter, after: $after, before: $before, first: $first, last: $last) {\n        total\n        hasMore\n        isComplete\n        number\n        matches {\n          seq\n          ordinal\n        }\n      }\n    }\n  }\n": types.OutputMatchesDocument,
    "\n  query OutputEvents($id: ID!, $after: Int, $before: Int, $first: Int, $last: Int, $filter: OutputFilter) {\n    run(id: $id) {\n      outputEvents(after: $after, before: $before, first: $first, last: $last, filter: $filter) {\n        ...OutputPage\n      }\n    }\n  }\n": types.OutputEventsDocument,
    "\n  fragment OutputPage on OutputPage {\n    events {\n      seq\n      type\n      at\n      data\n    }\n    hasMore\n  }\n": types.OutputPageFragmentDoc,
    "\n  query Run($id: ID!, $last: Int!) {\n    run(id: $id) {\n      ...RunSummary\n      sequencer {\n        name\n      }\n      script\n      scriptHash\n      arguments\n      startPaused\n      holdOnFailure\n      startAt\n      breakpoints {\n        file\n        line\n        condition\n        hitCount\n        logMessage\n        enabled\n      }\n      scriptVersions {\n        version\n        script\n      }\n      view\n      lastSeq\n      outputEvents(last: $last) {\n        ...OutputPage\n      }\n    }\n  }\n": types.RunDocument,
    "\n  subscription RunState($id: ID!) {\n    run(id: $id) {\n      ...RunSummary\n      pausePending\n      watchers\n      stops {\n        level\n        by\n        at\n        requestedAt\n        deadline\n        escalate\n      }\n    }\n  }\n": types.RunStateDocument,
    "\n  subscription Events($run: ID!, $after: Int!) {\n    events(run: $run, after: $after) {\n      seq\n      type\n      at\n      data\n    }\n  }\n": types.EventsDocument,
    "\n  query OutputAfter($id: ID!, $after: Int!) {\n    run(id: $id) {\n      output(after: $after, first: 1000) {\n        seq\n        stream\n        text\n        trace\n        line\n        at\n      }\n    }\n  }\n": types.OutputAfterDocument,
    "\n  fragment PullLine on SchedulerPull {\n    id\n    at\n    from\n    to\n    state\n    message\n    seconds\n    automatic\n    by\n    run {\n      id\n      number\n      phase\n    }\n  }\n": types.PullLineFragmentDoc,
    "\n  query Scheduler($name: String!) {\n    sequencer(name: $name) {\n      queue {\n        id\n        expectedEnd\n      }\n      activeRun {\n        id\n        expectedEnd\n      }\n      scheduler {\n        failures\n        nextPullAt\n        settings {\n          url\n          policy\n          lengthMinutes\n          timeoutSeconds\n          leadMinutes\n        }\n        pulls(first: 10) {\n          entries {\n            ...PullLine\n          }\n        }\n      }\n    }\n  }\n": types.SchedulerDocument,
    "\n  query LastPulledScripts($name: String!) {\n    sequencer(name: $name) {\n      scheduler {\n        pulls(first: 10) {\n          entries {\n            id\n            at\n            script\n            run {\n              id\n              number\n            }\n          }\n        }\n      }\n    }\n  }\n": types.LastPulledScriptsDocument,
    "\n  query SchedulerPreview($name: String!, $from: DateTime!, $to: DateTime!, $policy: String) {\n    schedulerPreview(sequencer: $name, from: $from, to: $to, policy: $policy) {\n      at\n      from\n      to\n      ok\n      message\n      seconds\n      script\n    }\n  }\n": types.SchedulerPreviewDocument,
    "\n  mutation SetSchedulerSettings($name: String!, $settings: SchedulerSettingsInput!) {\n    setSchedulerSettings(sequencer: $name, settings: $settings) {\n      name\n    }\n  }\n": types.SetSchedulerSettingsDocument,
    "\n  query ScheduleEstimate($name: String!, $script: String!, $startAt: DateTime) {\n    estimate(sequencer: $name, script: $script, startAt: $startAt) {\n      totalSeconds\n      expectedEnd\n      unknownStatements\n      statements {\n        index\n      }\n    }\n    sequencer(name: $name) {\n      name\n    }\n  }\n": types.ScheduleEstimateDocument,
    "\n  mutation CheckSchedule($name: String!, $script: String!) {\n    checkScript(sequencer: $name, script: $script) {\n      severity\n      line\n      code\n      message\n    }\n  }\n": types.CheckScheduleDocument,
    "\n  mutation StopAll($level: StopLevel!, $reason: String!, $runs: [RunStopInput!]) {\n    stopAll(level: $level, reason: $reason, runs: $runs) {\n      id\n    }\n  }\n": types.StopAllDocument,
};

/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 *
 *
 * @example
 * ```ts
 * const query = graphql(`query GetUser($id: ID!) { user(id: $id) { name } }`);
 * ```
 *
 * The query argument is unknown!
 * Please regenerate the types.
 */
export function graphql(source: string): unknown;

/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  subscription Heartbeat {\n    heartbeat\n  }\n"): (typeof documents)["\n  subscription Heartbeat {\n    heartbeat\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation ChangeAccount($name: String!, $role: Role!, $sequencers: [String!]) {\n    changeAccount(name: $name, role: $role, sequencers: $sequencers) {\n      name\n    }\n  }\n"): (typeof documents)["\n  mutation ChangeAccount($name: String!, $role: Role!, $sequencers: [String!]) {\n    changeAccount(name: $name, role: $role, sequencers: $sequencers) {\n      name\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation DisableAccount($name: String!, $disabled: Boolean!) {\n    disableAccount(name: $name, disabled: $disabled) {\n      name\n    }\n  }\n"): (typeof documents)["\n  mutation DisableAccount($name: String!, $disabled: Boolean!) {\n    disableAccount(name: $name, disabled: $disabled) {\n      name\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation ResetPassword($name: String!, $password: String!, $revokeTokens: Boolean!) {\n    resetPassword(name: $name, password: $password, revokeTokens: $revokeTokens) {\n      name\n    }\n  }\n"): (typeof documents)["\n  mutation ResetPassword($name: String!, $password: String!, $revokeTokens: Boolean!) {\n    resetPassword(name: $name, password: $password, revokeTokens: $revokeTokens) {\n      name\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  fragment ControlBar_sequencer on Sequencer {\n    name\n    control {\n      holder\n      since\n      askedBy\n    }\n  }\n"): (typeof documents)["\n  fragment ControlBar_sequencer on Sequencer {\n    name\n    control {\n      holder\n      since\n      askedBy\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation TakeControl($sequencer: String!, $reason: String) {\n    takeControl(sequencer: $sequencer, reason: $reason) {\n      name\n    }\n  }\n"): (typeof documents)["\n  mutation TakeControl($sequencer: String!, $reason: String) {\n    takeControl(sequencer: $sequencer, reason: $reason) {\n      name\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation AskForControl($sequencer: String!) {\n    askForControl(sequencer: $sequencer) {\n      name\n    }\n  }\n"): (typeof documents)["\n  mutation AskForControl($sequencer: String!) {\n    askForControl(sequencer: $sequencer) {\n      name\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation HandOverControl($sequencer: String!, $to: String!) {\n    handOverControl(sequencer: $sequencer, to: $to) {\n      name\n    }\n  }\n"): (typeof documents)["\n  mutation HandOverControl($sequencer: String!, $to: String!) {\n    handOverControl(sequencer: $sequencer, to: $to) {\n      name\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation ReleaseControl($sequencer: String!) {\n    releaseControl(sequencer: $sequencer) {\n      name\n    }\n  }\n"): (typeof documents)["\n  mutation ReleaseControl($sequencer: String!) {\n    releaseControl(sequencer: $sequencer) {\n      name\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation CreateAccount($name: String!, $password: String!, $role: Role!, $sequencers: [String!]) {\n    createAccount(name: $name, password: $password, role: $role, sequencers: $sequencers) {\n      name\n    }\n  }\n"): (typeof documents)["\n  mutation CreateAccount($name: String!, $password: String!, $role: Role!, $sequencers: [String!]) {\n    createAccount(name: $name, password: $password, role: $role, sequencers: $sequencers) {\n      name\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation ChangePassword($currentPassword: String!, $newPassword: String!) {\n    changePassword(currentPassword: $currentPassword, newPassword: $newPassword)\n  }\n"): (typeof documents)["\n  mutation ChangePassword($currentPassword: String!, $newPassword: String!) {\n    changePassword(currentPassword: $currentPassword, newPassword: $newPassword)\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query Sessions {\n    sessions {\n      user\n      method\n      address\n      createdAt\n      expiresAt\n    }\n  }\n"): (typeof documents)["\n  query Sessions {\n    sessions {\n      user\n      method\n      address\n      createdAt\n      expiresAt\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation SignOutUser($name: String!) {\n    signOutUser(name: $name)\n  }\n"): (typeof documents)["\n  mutation SignOutUser($name: String!) {\n    signOutUser(name: $name)\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation SignIn($name: String!, $password: String!) {\n    signIn(name: $name, password: $password) {\n      name\n    }\n  }\n"): (typeof documents)["\n  mutation SignIn($name: String!, $password: String!) {\n    signIn(name: $name, password: $password) {\n      name\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query ApiTokens {\n    apiTokens {\n      id\n      name\n      owner\n      role\n      sequencers\n      createdAt\n      expiresAt\n      usedAt\n      revokedAt\n    }\n  }\n"): (typeof documents)["\n  query ApiTokens {\n    apiTokens {\n      id\n      name\n      owner\n      role\n      sequencers\n      createdAt\n      expiresAt\n      usedAt\n      revokedAt\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation CreateToken($name: String!, $role: Role!, $sequencers: [String!], $days: Int!) {\n    createApiToken(name: $name, role: $role, sequencers: $sequencers, days: $days)\n  }\n"): (typeof documents)["\n  mutation CreateToken($name: String!, $role: Role!, $sequencers: [String!], $days: Int!) {\n    createApiToken(name: $name, role: $role, sequencers: $sequencers, days: $days)\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation RevokeToken($id: ID!) {\n    revokeApiToken(id: $id) {\n      id\n    }\n  }\n"): (typeof documents)["\n  mutation RevokeToken($id: ID!) {\n    revokeApiToken(id: $id) {\n      id\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  fragment RunSummary on Run {\n    id\n    number\n    title\n    phase\n    reason\n    submittedBy\n    submittedAt\n    startedAt\n    finishedAt\n    exitCode\n    statementCount\n    statementsDone\n    live\n    seenAt\n    failure {\n      type\n      message\n      line\n      awaitingDecision\n    }\n  }\n"): (typeof documents)["\n  fragment RunSummary on Run {\n    id\n    number\n    title\n    phase\n    reason\n    submittedBy\n    submittedAt\n    startedAt\n    finishedAt\n    exitCode\n    statementCount\n    statementsDone\n    live\n    seenAt\n    failure {\n      type\n      message\n      line\n      awaitingDecision\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query Actions($id: ID!, $after: Int!, $types: [String!], $first: Int!) {\n    run(id: $id) {\n      events(after: $after, first: $first, types: $types) {\n        seq\n        type\n        at\n        data\n      }\n    }\n  }\n"): (typeof documents)["\n  query Actions($id: ID!, $after: Int!, $types: [String!], $first: Int!) {\n    run(id: $id) {\n      events(after: $after, first: $first, types: $types) {\n        seq\n        type\n        at\n        data\n      }\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query History($filter: RunFilter, $order: RunOrder, $first: Int!, $after: String) {\n    runs(filter: $filter, order: $order, first: $first, after: $after) {\n      edges {\n        cursor\n        node {\n          ...RunSummary\n          sequencer {\n            name\n          }\n        }\n      }\n      pageInfo {\n        hasNextPage\n        endCursor\n      }\n    }\n  }\n"): (typeof documents)["\n  query History($filter: RunFilter, $order: RunOrder, $first: Int!, $after: String) {\n    runs(filter: $filter, order: $order, first: $first, after: $after) {\n      edges {\n        cursor\n        node {\n          ...RunSummary\n          sequencer {\n            name\n          }\n        }\n      }\n      pageInfo {\n        hasNextPage\n        endCursor\n      }\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query LastRuns($sequencer: String!, $first: Int!) {\n    sequencer(name: $sequencer) {\n      lastRuns(first: $first) {\n        ...RunSummary\n      }\n    }\n  }\n"): (typeof documents)["\n  query LastRuns($sequencer: String!, $first: Int!) {\n    sequencer(name: $sequencer) {\n      lastRuns(first: $first) {\n        ...RunSummary\n      }\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query Script($id: ID!) {\n    run(id: $id) {\n      id\n      number\n      title\n      script\n      scriptVersions {\n        version\n        script\n      }\n      sequencer {\n        name\n      }\n    }\n  }\n"): (typeof documents)["\n  query Script($id: ID!) {\n    run(id: $id) {\n      id\n      number\n      title\n      script\n      scriptVersions {\n        version\n        script\n      }\n      sequencer {\n        name\n      }\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation Submit($input: SubmitRunInput!) {\n    submitRun(input: $input) {\n      id\n      number\n      phase\n    }\n  }\n"): (typeof documents)["\n  mutation Submit($input: SubmitRunInput!) {\n    submitRun(input: $input) {\n      id\n      number\n      phase\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation Pause($id: ID!) {\n    pauseRun(id: $id) {\n      id\n    }\n  }\n"): (typeof documents)["\n  mutation Pause($id: ID!) {\n    pauseRun(id: $id) {\n      id\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation Resume($id: ID!) {\n    resumeRun(id: $id) {\n      id\n    }\n  }\n"): (typeof documents)["\n  mutation Resume($id: ID!) {\n    resumeRun(id: $id) {\n      id\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation Step($run: ID!, $trace: Int!, $prompt: Int!, $command: StepCommand!, $line: Int, $others: OtherTasks) {\n    stepTrace(run: $run, trace: $trace, prompt: $prompt, command: $command, line: $line, others: $others) {\n      id\n    }\n  }\n"): (typeof documents)["\n  mutation Step($run: ID!, $trace: Int!, $prompt: Int!, $command: StepCommand!, $line: Int, $others: OtherTasks) {\n    stepTrace(run: $run, trace: $trace, prompt: $prompt, command: $command, line: $line, others: $others) {\n      id\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation ResumeOtherTasks($run: ID!, $trace: Int!) {\n    resumeOtherTasks(run: $run, trace: $trace) {\n      id\n    }\n  }\n"): (typeof documents)["\n  mutation ResumeOtherTasks($run: ID!, $trace: Int!) {\n    resumeOtherTasks(run: $run, trace: $trace) {\n      id\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation Stop($id: ID!, $level: StopLevel!, $escalate: Boolean!) {\n    stopRun(id: $id, level: $level, escalate: $escalate) {\n      id\n    }\n  }\n"): (typeof documents)["\n  mutation Stop($id: ID!, $level: StopLevel!, $escalate: Boolean!) {\n    stopRun(id: $id, level: $level, escalate: $escalate) {\n      id\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation CancelStop($id: ID!) {\n    cancelStop(id: $id) {\n      id\n    }\n  }\n"): (typeof documents)["\n  mutation CancelStop($id: ID!) {\n    cancelStop(id: $id) {\n      id\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation Cancel($id: ID!) {\n    cancelRun(id: $id) {\n      id\n    }\n  }\n"): (typeof documents)["\n  mutation Cancel($id: ID!) {\n    cancelRun(id: $id) {\n      id\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation SetBreakpoints($run: ID!, $breakpoints: [BreakpointInput!]!) {\n    setBreakpoints(run: $run, breakpoints: $breakpoints) {\n      file\n      line\n      requestedLine\n      movedFrom\n      condition\n      hitCount\n      logMessage\n      enabled\n      hits\n      problem\n    }\n  }\n"): (typeof documents)["\n  mutation SetBreakpoints($run: ID!, $breakpoints: [BreakpointInput!]!) {\n    setBreakpoints(run: $run, breakpoints: $breakpoints) {\n      file\n      line\n      requestedLine\n      movedFrom\n      condition\n      hitCount\n      logMessage\n      enabled\n      hits\n      problem\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query Source($run: ID!, $file: String!) {\n    source(run: $run, file: $file) {\n      file\n      text\n    }\n  }\n"): (typeof documents)["\n  query Source($run: ID!, $file: String!) {\n    source(run: $run, file: $file) {\n      file\n      text\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query Variables(\n    $run: ID!\n    $trace: Int!\n    $prompt: Int!\n    $frame: Int!\n    $scope: VariableScope!\n    $path: [String!]!\n    $after: Int!\n  ) {\n    variables(\n      run: $run\n      trace: $trace\n      prompt: $prompt\n      frame: $frame\n      scope: $scope\n      path: $path\n      after: $after\n      first: 100\n    ) {\n      total\n      variables {\n        name\n        type\n        value\n        expandable\n        path\n      }\n    }\n  }\n"): (typeof documents)["\n  query Variables(\n    $run: ID!\n    $trace: Int!\n    $prompt: Int!\n    $frame: Int!\n    $scope: VariableScope!\n    $path: [String!]!\n    $after: Int!\n  ) {\n    variables(\n      run: $run\n      trace: $trace\n      prompt: $prompt\n      frame: $frame\n      scope: $scope\n      path: $path\n      after: $after\n      first: 100\n    ) {\n      total\n      variables {\n        name\n        type\n        value\n        expandable\n        path\n      }\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation Evaluate($run: ID!, $trace: Int!, $prompt: Int!, $frame: Int!, $expression: String!, $watch: Boolean!) {\n    evaluate(run: $run, trace: $trace, prompt: $prompt, frame: $frame, expression: $expression, watch: $watch) {\n      ok\n      text\n    }\n  }\n"): (typeof documents)["\n  mutation Evaluate($run: ID!, $trace: Int!, $prompt: Int!, $frame: Int!, $expression: String!, $watch: Boolean!) {\n    evaluate(run: $run, trace: $trace, prompt: $prompt, frame: $frame, expression: $expression, watch: $watch) {\n      ok\n      text\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation InterruptEvaluation($run: ID!, $trace: Int!, $prompt: Int!) {\n    interruptEvaluation(run: $run, trace: $trace, prompt: $prompt)\n  }\n"): (typeof documents)["\n  mutation InterruptEvaluation($run: ID!, $trace: Int!, $prompt: Int!) {\n    interruptEvaluation(run: $run, trace: $trace, prompt: $prompt)\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation Decide($run: ID!, $action: FailureAction!, $line: Int) {\n    decideFailure(run: $run, action: $action, line: $line) {\n      id\n    }\n  }\n"): (typeof documents)["\n  mutation Decide($run: ID!, $action: FailureAction!, $line: Int) {\n    decideFailure(run: $run, action: $action, line: $line) {\n      id\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation Replace($run: ID!, $script: String!) {\n    replaceRemaining(run: $run, script: $script) {\n      id\n    }\n  }\n"): (typeof documents)["\n  mutation Replace($run: ID!, $script: String!) {\n    replaceRemaining(run: $run, script: $script) {\n      id\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation Answer($run: ID!, $ask: Int!, $answer: String!) {\n    answerAsk(run: $run, ask: $ask, answer: $answer) {\n      id\n    }\n  }\n"): (typeof documents)["\n  mutation Answer($run: ID!, $ask: Int!, $answer: String!) {\n    answerAsk(run: $run, ask: $ask, answer: $answer) {\n      id\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  subscription Sequencers {\n    sequencers {\n      name\n      mode\n      modeReason\n      modeChangedBy\n      modeChangedAt\n      hostname\n      lastKnownSince\n      ...ControlBar_sequencer\n      ...HoldOnFailureSetting_sequencer\n      afterFailure\n      runner {\n        connected\n        runnerPerRun\n        since\n        python\n        hostname\n        packages {\n          name\n          version\n        }\n        problems\n      }\n      activeRun {\n        ...RunSummary\n        resources\n        pausePending\n        pausedSince\n        stops {\n          at\n        }\n        asks {\n          question\n          at\n          answered {\n            at\n          }\n        }\n        scriptVersion\n        position {\n          statement\n          line\n          since\n        }\n      }\n      queue {\n        ...RunSummary\n        start\n        proposed\n        resources\n        window {\n          notBefore\n          notAfter\n        }\n        onHold {\n          since\n          by\n          reason\n        }\n      }\n      lastRun {\n        ...RunSummary\n        stoppedBy {\n          by\n        }\n      }\n    }\n  }\n"): (typeof documents)["\n  subscription Sequencers {\n    sequencers {\n      name\n      mode\n      modeReason\n      modeChangedBy\n      modeChangedAt\n      hostname\n      lastKnownSince\n      ...ControlBar_sequencer\n      ...HoldOnFailureSetting_sequencer\n      afterFailure\n      runner {\n        connected\n        runnerPerRun\n        since\n        python\n        hostname\n        packages {\n          name\n          version\n        }\n        problems\n      }\n      activeRun {\n        ...RunSummary\n        resources\n        pausePending\n        pausedSince\n        stops {\n          at\n        }\n        asks {\n          question\n          at\n          answered {\n            at\n          }\n        }\n        scriptVersion\n        position {\n          statement\n          line\n          since\n        }\n      }\n      queue {\n        ...RunSummary\n        start\n        proposed\n        resources\n        window {\n          notBefore\n          notAfter\n        }\n        onHold {\n          since\n          by\n          reason\n        }\n      }\n      lastRun {\n        ...RunSummary\n        stoppedBy {\n          by\n        }\n      }\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query Access {\n    access {\n      methods\n      me {\n        name\n        role\n        sequencers\n        method\n        byAccount\n      }\n    }\n  }\n"): (typeof documents)["\n  query Access {\n    access {\n      methods\n      me {\n        name\n        role\n        sequencers\n        method\n        byAccount\n      }\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation SignOut($everywhere: Boolean!) {\n    signOut(everywhere: $everywhere)\n  }\n"): (typeof documents)["\n  mutation SignOut($everywhere: Boolean!) {\n    signOut(everywhere: $everywhere)\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation Statements($sequencer: String!, $script: String!) {\n    listStatements(sequencer: $sequencer, script: $script) {\n      index\n      firstLine\n      lastLine\n    }\n  }\n"): (typeof documents)["\n  mutation Statements($sequencer: String!, $script: String!) {\n    listStatements(sequencer: $sequencer, script: $script) {\n      index\n      firstLine\n      lastLine\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation Check($sequencer: String!, $script: String!, $startAt: Int) {\n    checkScript(sequencer: $sequencer, script: $script, startAt: $startAt) {\n      severity\n      line\n      code\n      message\n    }\n  }\n"): (typeof documents)["\n  mutation Check($sequencer: String!, $script: String!, $startAt: Int) {\n    checkScript(sequencer: $sequencer, script: $script, startAt: $startAt) {\n      severity\n      line\n      code\n      message\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query TelescopeStatus($sequencer: String!) {\n    telescopeStatus(sequencer: $sequencer) {\n      operations {\n        agent\n        operation\n        since\n      }\n      problem\n      at\n    }\n  }\n"): (typeof documents)["\n  query TelescopeStatus($sequencer: String!) {\n    telescopeStatus(sequencer: $sequencer) {\n      operations {\n        agent\n        operation\n        since\n      }\n      problem\n      at\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query Estimate($sequencer: String!, $script: String!) {\n    estimate(sequencer: $sequencer, script: $script) {\n      statements {\n        firstLine\n        typicalSeconds\n        lowSeconds\n        highSeconds\n        basis\n      }\n    }\n  }\n"): (typeof documents)["\n  query Estimate($sequencer: String!, $script: String!) {\n    estimate(sequencer: $sequencer, script: $script) {\n      statements {\n        firstLine\n        typicalSeconds\n        lowSeconds\n        highSeconds\n        basis\n      }\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query RunForecast($id: ID!) {\n    run(id: $id) {\n      id\n      expectedEnd\n      forecast {\n        behindSeconds\n        regainedAt\n        regainedLine\n        usualSeconds\n        usualBasis\n      }\n    }\n  }\n"): (typeof documents)["\n  query RunForecast($id: ID!) {\n    run(id: $id) {\n      id\n      expectedEnd\n      forecast {\n        behindSeconds\n        regainedAt\n        regainedLine\n        usualSeconds\n        usualBasis\n      }\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation SetAfterFailure($sequencer: String!, $afterFailure: AfterFailure!) {\n    setAfterFailure(sequencer: $sequencer, afterFailure: $afterFailure) {\n      name\n    }\n  }\n"): (typeof documents)["\n  mutation SetAfterFailure($sequencer: String!, $afterFailure: AfterFailure!) {\n    setAfterFailure(sequencer: $sequencer, afterFailure: $afterFailure) {\n      name\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query Audit($filter: AuditFilter, $first: Int!, $after: String) {\n    audit(filter: $filter, first: $first, after: $after) {\n      entries {\n        id\n        at\n        user\n        via\n        address\n        action\n        sequencer\n        run\n        runNumber\n        line\n        details\n        result\n        message\n      }\n      endCursor\n    }\n  }\n"): (typeof documents)["\n  query Audit($filter: AuditFilter, $first: Int!, $after: String) {\n    audit(filter: $filter, first: $first, after: $after) {\n      entries {\n        id\n        at\n        user\n        via\n        address\n        action\n        sequencer\n        run\n        runNumber\n        line\n        details\n        result\n        message\n      }\n      endCursor\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  fragment HoldOnFailureSetting_sequencer on Sequencer {\n    name\n    holdOnFailure\n  }\n"): (typeof documents)["\n  fragment HoldOnFailureSetting_sequencer on Sequencer {\n    name\n    holdOnFailure\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation SetHold($sequencer: String!, $hold: Boolean!) {\n    setHoldOnFailure(sequencer: $sequencer, hold: $hold) {\n      name\n    }\n  }\n"): (typeof documents)["\n  mutation SetHold($sequencer: String!, $hold: Boolean!) {\n    setHoldOnFailure(sequencer: $sequencer, hold: $hold) {\n      name\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query RunByNumber($sequencer: String!, $number: Int!) {\n    runByNumber(sequencer: $sequencer, number: $number) {\n      id\n    }\n  }\n"): (typeof documents)["\n  query RunByNumber($sequencer: String!, $number: Int!) {\n    runByNumber(sequencer: $sequencer, number: $number) {\n      id\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query About {\n    server {\n      version\n      time\n    }\n  }\n"): (typeof documents)["\n  query About {\n    server {\n      version\n      time\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query Accounts {\n    accounts {\n      name\n      role\n      sequencers\n      inFile\n      createdAt\n      createdBy\n      disabledAt\n    }\n  }\n"): (typeof documents)["\n  query Accounts {\n    accounts {\n      name\n      role\n      sequencers\n      inFile\n      createdAt\n      createdBy\n      disabledAt\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query Nights($filter: RunFilter, $last: Int, $dates: [String!]) {\n    nights(filter: $filter, last: $last, dates: $dates) {\n      date\n      outcomes {\n        phase\n        runs\n        seconds\n      }\n    }\n  }\n"): (typeof documents)["\n  query Nights($filter: RunFilter, $last: Int, $dates: [String!]) {\n    nights(filter: $filter, last: $last, dates: $dates) {\n      date\n      outcomes {\n        phase\n        runs\n        seconds\n      }\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query Count($filter: RunFilter) {\n    runs(filter: $filter, first: 1) {\n      totalCount\n      totalCountIsExact\n    }\n  }\n"): (typeof documents)["\n  query Count($filter: RunFilter) {\n    runs(filter: $filter, first: 1) {\n      totalCount\n      totalCountIsExact\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query Timeline($since: DateTime!, $first: Int!) {\n    sequencers {\n      name\n      lastRuns(since: $since, first: $first) {\n        id\n        number\n        phase\n        startedAt\n        finishedAt\n      }\n    }\n  }\n"): (typeof documents)["\n  query Timeline($since: DateTime!, $first: Int!) {\n    sequencers {\n      name\n      lastRuns(since: $since, first: $first) {\n        id\n        number\n        phase\n        startedAt\n        finishedAt\n      }\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query LastOutput($id: ID!) {\n    run(id: $id) {\n      outputBefore(last: 20) {\n        seq\n        stream\n        text\n        at\n      }\n    }\n  }\n"): (typeof documents)["\n  query LastOutput($id: ID!) {\n    run(id: $id) {\n      outputBefore(last: 20) {\n        seq\n        stream\n        text\n        at\n      }\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query Site {\n    site {\n      latitude\n      longitude\n    }\n  }\n"): (typeof documents)["\n  query Site {\n    site {\n      latitude\n      longitude\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query PlannedRuns {\n    sequencers {\n      name\n      activeRun {\n        id\n        number\n        expectedStart\n        expectedEnd\n      }\n      queue {\n        id\n        number\n        expectedStart\n        expectedEnd\n      }\n    }\n  }\n"): (typeof documents)["\n  query PlannedRuns {\n    sequencers {\n      name\n      activeRun {\n        id\n        number\n        expectedStart\n        expectedEnd\n      }\n      queue {\n        id\n        number\n        expectedStart\n        expectedEnd\n      }\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  fragment PreflightResult on PreflightCheck {\n    name\n    mark\n    text\n  }\n"): (typeof documents)["\n  fragment PreflightResult on PreflightCheck {\n    name\n    mark\n    text\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query Preflight($sequencer: String!, $script: String!) {\n    preflight(sequencer: $sequencer, script: $script) {\n      ...PreflightResult\n    }\n  }\n"): (typeof documents)["\n  query Preflight($sequencer: String!, $script: String!) {\n    preflight(sequencer: $sequencer, script: $script) {\n      ...PreflightResult\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query QueuePreflight($name: String!, $first: Int!) {\n    sequencer(name: $name) {\n      name\n      queue(first: $first) {\n        id\n        preflight {\n          ...PreflightResult\n        }\n      }\n    }\n  }\n"): (typeof documents)["\n  query QueuePreflight($name: String!, $first: Int!) {\n    sequencer(name: $name) {\n      name\n      queue(first: $first) {\n        id\n        preflight {\n          ...PreflightResult\n        }\n      }\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query SchedulerUrl($name: String!) {\n    sequencer(name: $name) {\n      scheduler {\n        settings {\n          url\n        }\n      }\n    }\n  }\n"): (typeof documents)["\n  query SchedulerUrl($name: String!) {\n    sequencer(name: $name) {\n      scheduler {\n        settings {\n          url\n        }\n      }\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query LastMover($name: String!) {\n    sequencer(name: $name) {\n      queueMovedBy\n    }\n  }\n"): (typeof documents)["\n  query LastMover($name: String!) {\n    sequencer(name: $name) {\n      queueMovedBy\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query PlanTimes($name: String!) {\n    sequencer(name: $name) {\n      activeRun {\n        id\n        expectedStart\n        expectedEnd\n      }\n      queue {\n        id\n        expectedStart\n        expectedEnd\n      }\n    }\n  }\n"): (typeof documents)["\n  query PlanTimes($name: String!) {\n    sequencer(name: $name) {\n      activeRun {\n        id\n        expectedStart\n        expectedEnd\n      }\n      queue {\n        id\n        expectedStart\n        expectedEnd\n      }\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query QueuedRun($id: ID!) {\n    run(id: $id) {\n      id\n      number\n      phase\n      version\n      editedBy\n      title\n      script\n      arguments\n      startPaused\n      holdOnFailure\n      startAt\n      start\n      timeoutSeconds\n      afterFailure\n      resources\n      breakpoints {\n        file\n        line\n        condition\n        hitCount\n        logMessage\n        enabled\n      }\n      window {\n        notBefore\n        notAfter\n      }\n      onHold {\n        reason\n      }\n    }\n  }\n"): (typeof documents)["\n  query QueuedRun($id: ID!) {\n    run(id: $id) {\n      id\n      number\n      phase\n      version\n      editedBy\n      title\n      script\n      arguments\n      startPaused\n      holdOnFailure\n      startAt\n      start\n      timeoutSeconds\n      afterFailure\n      resources\n      breakpoints {\n        file\n        line\n        condition\n        hitCount\n        logMessage\n        enabled\n      }\n      window {\n        notBefore\n        notAfter\n      }\n      onHold {\n        reason\n      }\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation AddRuns($inputs: [SubmitRunInput!]!, $copies: Int!) {\n    submitRuns(inputs: $inputs, copies: $copies) {\n      id\n      number\n    }\n  }\n"): (typeof documents)["\n  mutation AddRuns($inputs: [SubmitRunInput!]!, $copies: Int!) {\n    submitRuns(inputs: $inputs, copies: $copies) {\n      id\n      number\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation EditRun($id: ID!, $input: EditRunInput!) {\n    editRun(id: $id, input: $input) {\n      id\n      number\n      version\n    }\n  }\n"): (typeof documents)["\n  mutation EditRun($id: ID!, $input: EditRunInput!) {\n    editRun(id: $id, input: $input) {\n      id\n      number\n      version\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation MoveInQueue($run: ID!, $position: Int!) {\n    moveInQueue(run: $run, position: $position) {\n      queue {\n        id\n      }\n    }\n  }\n"): (typeof documents)["\n  mutation MoveInQueue($run: ID!, $position: Int!) {\n    moveInQueue(run: $run, position: $position) {\n      queue {\n        id\n      }\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation HoldRun($id: ID!, $reason: String) {\n    holdRun(id: $id, reason: $reason) {\n      id\n    }\n  }\n"): (typeof documents)["\n  mutation HoldRun($id: ID!, $reason: String) {\n    holdRun(id: $id, reason: $reason) {\n      id\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation AcceptRun($id: ID!) {\n    acceptRun(id: $id) {\n      id\n    }\n  }\n"): (typeof documents)["\n  mutation AcceptRun($id: ID!) {\n    acceptRun(id: $id) {\n      id\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation DeclineRun($id: ID!, $reason: String!) {\n    declineRun(id: $id, reason: $reason) {\n      id\n    }\n  }\n"): (typeof documents)["\n  mutation DeclineRun($id: ID!, $reason: String!) {\n    declineRun(id: $id, reason: $reason) {\n      id\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation ReleaseRun($id: ID!) {\n    releaseRun(id: $id) {\n      id\n    }\n  }\n"): (typeof documents)["\n  mutation ReleaseRun($id: ID!) {\n    releaseRun(id: $id) {\n      id\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation SetMode($sequencer: String!, $mode: SequencerMode!, $reason: String) {\n    setMode(sequencer: $sequencer, mode: $mode, reason: $reason) {\n      name\n    }\n  }\n"): (typeof documents)["\n  mutation SetMode($sequencer: String!, $mode: SequencerMode!, $reason: String) {\n    setMode(sequencer: $sequencer, mode: $mode, reason: $reason) {\n      name\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query OutputMatches(\n    $id: ID!\n    $find: String!\n    $filter: OutputFilter\n    $after: String\n    $before: String\n    $first: Int\n    $last: Int\n  ) {\n    run(id: $id) {\n      outputMatches(find: $find, filter: $filter, after: $after, before: $before, first: $first, last: $last) {\n        total\n        hasMore\n        isComplete\n        number\n        matches {\n          seq\n          ordinal\n        }\n      }\n    }\n  }\n"): (typeof documents)["\n  query OutputMatches(\n    $id: ID!\n    $find: String!\n    $filter: OutputFilter\n    $after: String\n    $before: String\n    $first: Int\n    $last: Int\n  ) {\n    run(id: $id) {\n      outputMatches(find: $find, filter: $filter, after: $after, before: $before, first: $first, last: $last) {\n        total\n        hasMore\n        isComplete\n        number\n        matches {\n          seq\n          ordinal\n        }\n      }\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query OutputEvents($id: ID!, $after: Int, $before: Int, $first: Int, $last: Int, $filter: OutputFilter) {\n    run(id: $id) {\n      outputEvents(after: $after, before: $before, first: $first, last: $last, filter: $filter) {\n        ...OutputPage\n      }\n    }\n  }\n"): (typeof documents)["\n  query OutputEvents($id: ID!, $after: Int, $before: Int, $first: Int, $last: Int, $filter: OutputFilter) {\n    run(id: $id) {\n      outputEvents(after: $after, before: $before, first: $first, last: $last, filter: $filter) {\n        ...OutputPage\n      }\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  fragment OutputPage on OutputPage {\n    events {\n      seq\n      type\n      at\n      data\n    }\n    hasMore\n  }\n"): (typeof documents)["\n  fragment OutputPage on OutputPage {\n    events {\n      seq\n      type\n      at\n      data\n    }\n    hasMore\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query Run($id: ID!, $last: Int!) {\n    run(id: $id) {\n      ...RunSummary\n      sequencer {\n        name\n      }\n      script\n      scriptHash\n      arguments\n      startPaused\n      holdOnFailure\n      startAt\n      breakpoints {\n        file\n        line\n        condition\n        hitCount\n        logMessage\n        enabled\n      }\n      scriptVersions {\n        version\n        script\n      }\n      view\n      lastSeq\n      outputEvents(last: $last) {\n        ...OutputPage\n      }\n    }\n  }\n"): (typeof documents)["\n  query Run($id: ID!, $last: Int!) {\n    run(id: $id) {\n      ...RunSummary\n      sequencer {\n        name\n      }\n      script\n      scriptHash\n      arguments\n      startPaused\n      holdOnFailure\n      startAt\n      breakpoints {\n        file\n        line\n        condition\n        hitCount\n        logMessage\n        enabled\n      }\n      scriptVersions {\n        version\n        script\n      }\n      view\n      lastSeq\n      outputEvents(last: $last) {\n        ...OutputPage\n      }\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  subscription RunState($id: ID!) {\n    run(id: $id) {\n      ...RunSummary\n      pausePending\n      watchers\n      stops {\n        level\n        by\n        at\n        requestedAt\n        deadline\n        escalate\n      }\n    }\n  }\n"): (typeof documents)["\n  subscription RunState($id: ID!) {\n    run(id: $id) {\n      ...RunSummary\n      pausePending\n      watchers\n      stops {\n        level\n        by\n        at\n        requestedAt\n        deadline\n        escalate\n      }\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  subscription Events($run: ID!, $after: Int!) {\n    events(run: $run, after: $after) {\n      seq\n      type\n      at\n      data\n    }\n  }\n"): (typeof documents)["\n  subscription Events($run: ID!, $after: Int!) {\n    events(run: $run, after: $after) {\n      seq\n      type\n      at\n      data\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query OutputAfter($id: ID!, $after: Int!) {\n    run(id: $id) {\n      output(after: $after, first: 1000) {\n        seq\n        stream\n        text\n        trace\n        line\n        at\n      }\n    }\n  }\n"): (typeof documents)["\n  query OutputAfter($id: ID!, $after: Int!) {\n    run(id: $id) {\n      output(after: $after, first: 1000) {\n        seq\n        stream\n        text\n        trace\n        line\n        at\n      }\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  fragment PullLine on SchedulerPull {\n    id\n    at\n    from\n    to\n    state\n    message\n    seconds\n    automatic\n    by\n    run {\n      id\n      number\n      phase\n    }\n  }\n"): (typeof documents)["\n  fragment PullLine on SchedulerPull {\n    id\n    at\n    from\n    to\n    state\n    message\n    seconds\n    automatic\n    by\n    run {\n      id\n      number\n      phase\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query Scheduler($name: String!) {\n    sequencer(name: $name) {\n      queue {\n        id\n        expectedEnd\n      }\n      activeRun {\n        id\n        expectedEnd\n      }\n      scheduler {\n        failures\n        nextPullAt\n        settings {\n          url\n          policy\n          lengthMinutes\n          timeoutSeconds\n          leadMinutes\n        }\n        pulls(first: 10) {\n          entries {\n            ...PullLine\n          }\n        }\n      }\n    }\n  }\n"): (typeof documents)["\n  query Scheduler($name: String!) {\n    sequencer(name: $name) {\n      queue {\n        id\n        expectedEnd\n      }\n      activeRun {\n        id\n        expectedEnd\n      }\n      scheduler {\n        failures\n        nextPullAt\n        settings {\n          url\n          policy\n          lengthMinutes\n          timeoutSeconds\n          leadMinutes\n        }\n        pulls(first: 10) {\n          entries {\n            ...PullLine\n          }\n        }\n      }\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query LastPulledScripts($name: String!) {\n    sequencer(name: $name) {\n      scheduler {\n        pulls(first: 10) {\n          entries {\n            id\n            at\n            script\n            run {\n              id\n              number\n            }\n          }\n        }\n      }\n    }\n  }\n"): (typeof documents)["\n  query LastPulledScripts($name: String!) {\n    sequencer(name: $name) {\n      scheduler {\n        pulls(first: 10) {\n          entries {\n            id\n            at\n            script\n            run {\n              id\n              number\n            }\n          }\n        }\n      }\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query SchedulerPreview($name: String!, $from: DateTime!, $to: DateTime!, $policy: String) {\n    schedulerPreview(sequencer: $name, from: $from, to: $to, policy: $policy) {\n      at\n      from\n      to\n      ok\n      message\n      seconds\n      script\n    }\n  }\n"): (typeof documents)["\n  query SchedulerPreview($name: String!, $from: DateTime!, $to: DateTime!, $policy: String) {\n    schedulerPreview(sequencer: $name, from: $from, to: $to, policy: $policy) {\n      at\n      from\n      to\n      ok\n      message\n      seconds\n      script\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation SetSchedulerSettings($name: String!, $settings: SchedulerSettingsInput!) {\n    setSchedulerSettings(sequencer: $name, settings: $settings) {\n      name\n    }\n  }\n"): (typeof documents)["\n  mutation SetSchedulerSettings($name: String!, $settings: SchedulerSettingsInput!) {\n    setSchedulerSettings(sequencer: $name, settings: $settings) {\n      name\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query ScheduleEstimate($name: String!, $script: String!, $startAt: DateTime) {\n    estimate(sequencer: $name, script: $script, startAt: $startAt) {\n      totalSeconds\n      expectedEnd\n      unknownStatements\n      statements {\n        index\n      }\n    }\n    sequencer(name: $name) {\n      name\n    }\n  }\n"): (typeof documents)["\n  query ScheduleEstimate($name: String!, $script: String!, $startAt: DateTime) {\n    estimate(sequencer: $name, script: $script, startAt: $startAt) {\n      totalSeconds\n      expectedEnd\n      unknownStatements\n      statements {\n        index\n      }\n    }\n    sequencer(name: $name) {\n      name\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation CheckSchedule($name: String!, $script: String!) {\n    checkScript(sequencer: $name, script: $script) {\n      severity\n      line\n      code\n      message\n    }\n  }\n"): (typeof documents)["\n  mutation CheckSchedule($name: String!, $script: String!) {\n    checkScript(sequencer: $name, script: $script) {\n      severity\n      line\n      code\n      message\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation StopAll($level: StopLevel!, $reason: String!, $runs: [RunStopInput!]) {\n    stopAll(level: $level, reason: $reason, runs: $runs) {\n      id\n    }\n  }\n"): (typeof documents)["\n  mutation StopAll($level: StopLevel!, $reason: String!, $runs: [RunStopInput!]) {\n    stopAll(level: $level, reason: $reason, runs: $runs) {\n      id\n    }\n  }\n"];

export function graphql(source: string) {
  return (documents as any)[source] ?? {};
}

export type DocumentType<TDocumentNode extends DocumentNode<any, any>> = TDocumentNode extends DocumentNode<  infer TType,  any>  ? TType  : never;