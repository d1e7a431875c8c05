/**
 * Threads recorded by earlier versions, as JSON, and the state that they had. They are never edited: whatever
 * changes in `reduce`, an old thread keeps its state. A new version adds its own; it may know more of old ones.
 */
export const recorded: Record<string, { events: string; state: object }> = {
  '0.1.0: asked for approval in a terminal, denied with a reason, done': {
    events: `
      {"type":"message","channel":"terminal","from":"ada","text":"ship 1.4.2 to production","at":"2026-11-20T09:00:00.000Z"}
      {"type":"tool_call","call_id":"t_4k7x2p:1","step":{"intent":"list_releases"},"awaits":"result","at":"2026-11-20T09:00:01.000Z"}
      {"type":"tool_started","call_id":"t_4k7x2p:1","attempt":1,"by":"3f0c","lease_until":"2026-11-20T09:00:16.000Z","at":"2026-11-20T09:00:01.000Z"}
      {"type":"tool_result","call_id":"t_4k7x2p:1","attempt":1,"result":["1.4.1","1.4.2"],"at":"2026-11-20T09:00:01.000Z"}
      {"type":"tool_call","call_id":"t_4k7x2p:4","step":{"intent":"deploy","version":"1.4.2","to":"production"},"awaits":"approval","objection":{"ask":"production needs a person"},"due":"2026-12-20T09:00:02.000Z","at":"2026-11-20T09:00:02.000Z"}
      {"type":"approval","call_id":"t_4k7x2p:4","approved":false,"by":"ada","comment":"the back end first","at":"2026-11-21T08:00:00.000Z"}
      {"type":"tool_call","call_id":"t_4k7x2p:6","step":{"intent":"done_for_now","message":"Not deployed: the back end first."},"awaits":"message","at":"2026-11-21T08:00:01.000Z"}`,
    state: { status: 'done', spent: { steps: 1, errors: 0, tokens: 0, repeats: 1 } },
  },
  '0.1.0: killed while a tool ran, taken over, its outcome unknown': {
    events: `
      {"type":"message","channel":"terminal","from":"ada","text":"ship it","at":"2026-11-20T09:00:00.000Z"}
      {"type":"model_error","error":"no answer in 120000 ms","at":"2026-11-20T09:02:00.000Z"}
      {"type":"tool_call","call_id":"t_9:2","step":{"intent":"deploy","version":"1.4.2","to":"staging"},"awaits":"result","usage":{"input_tokens":900,"output_tokens":30},"at":"2026-11-20T09:02:03.000Z"}
      {"type":"tool_started","call_id":"t_9:2","attempt":1,"by":"3f0c","lease_until":"2026-11-20T09:02:18.000Z","at":"2026-11-20T09:02:03.000Z"}
      {"type":"message","channel":"terminal","from":"ada","text":"how is it going?","at":"2026-11-20T09:02:10.000Z"}
      {"type":"handed_over","call_id":"t_9:2","reason":"nobody knows whether this took effect","at":"2026-11-20T09:02:30.000Z"}
      {"type":"tool_result","call_id":"t_9:2","attempt":1,"result":"too late","at":"2026-11-20T09:02:31.000Z"}`,
    state: {
      status: 'waiting_for_human',
      spent: { steps: 0, errors: 0, tokens: 0, repeats: 0 },
      last: { intent: 'deploy', version: '1.4.2', to: 'staging' },
      open: {
        call_id: 't_9:2',
        step: { intent: 'deploy', version: '1.4.2', to: 'staging' },
        attempt: 1,
        by: '3f0c',
        reason: 'nobody knows whether this took effect',
      },
    },
  },
  '0.1.0: a long-running tool called back, then cancelled': {
    events: `
      {"type":"message","channel":"webhook","from":"github","data":{"merged":42},"idempotency_key":"d-1","at":"2026-11-20T09:00:00.000Z"}
      {"type":"prefetched","name":"releases","result":["1.4.2"],"at":"2026-11-20T09:00:00.000Z"}
      {"type":"tool_call","call_id":"t_a:2","step":{"intent":"run_tests"},"awaits":"result","at":"2026-11-20T09:00:01.000Z"}
      {"type":"tool_started","call_id":"t_a:2","attempt":1,"by":"77aa","lease_until":"2026-11-20T09:00:16.000Z","at":"2026-11-20T09:00:01.000Z"}
      {"type":"tool_pending","call_id":"t_a:2","attempt":1,"due":"2026-11-20T10:00:00.000Z","at":"2026-11-20T09:00:02.000Z"}
      {"type":"tool_error","call_id":"t_a:2","attempt":1,"error":"3 of 41 failed","at":"2026-11-20T09:30:00.000Z"}
      {"type":"cancelled","by":"ada","reason":"not today","at":"2026-11-20T09:30:01.000Z"}`,
    state: { status: 'cancelled', spent: { steps: 1, errors: 1, tokens: 0, repeats: 1 } },
  },
  '0.1.0: a call that was handed over turned out to be pending': {
    events: `
      {"type":"message","channel":"http","from":"ada","text":"pay it","at":"2026-11-20T09:00:00.000Z"}
      {"type":"tool_call","call_id":"t_d:1","step":{"intent":"pay"},"awaits":"result","at":"2026-11-20T09:00:01.000Z"}
      {"type":"tool_started","call_id":"t_d:1","attempt":1,"by":"77aa","lease_until":"2026-11-20T09:00:16.000Z","at":"2026-11-20T09:00:01.000Z"}
      {"type":"handed_over","call_id":"t_d:1","reason":"it is unknown whether this took effect","at":"2026-11-20T09:00:17.000Z"}
      {"type":"tool_pending","call_id":"t_d:1","attempt":1,"due":"2026-11-20T10:00:00.000Z","late":true,"at":"2026-11-20T09:00:18.000Z"}`,
    state: {
      status: 'waiting_for_result',
      open: {
        call_id: 't_d:1',
        step: { intent: 'pay' },
        attempt: 1,
        by: '77aa',
        due: '2026-11-20T10:00:00.000Z',
      },
    },
  },
  '0.1.0: two models took tokens and money, one without a price, until a budget was used up': {
    events: `
      {"type":"message","channel":"terminal","from":"ada","text":"ship it","at":"2026-11-20T09:00:00.000Z"}
      {"type":"model_error","error":"not a next step: Anthropic answered 200: the model refused to answer","usage":{"model":"claude-sonnet-5-5","input_tokens":900,"output_tokens":30,"cached_tokens":600,"usd":0.5},"at":"2026-11-20T09:00:01.000Z"}
      {"type":"tool_call","call_id":"t_b:2","step":{"intent":"list_releases"},"awaits":"result","usage":{"model":"qwen3","input_tokens":950,"output_tokens":50,"reasoning_tokens":20},"at":"2026-11-20T09:00:03.000Z"}
      {"type":"tool_started","call_id":"t_b:2","attempt":1,"by":"3f0c","lease_until":"2026-11-20T09:00:18.000Z","at":"2026-11-20T09:00:03.000Z"}
      {"type":"tool_result","call_id":"t_b:2","attempt":1,"result":["1.4.2"],"at":"2026-11-20T09:00:03.000Z"}
      {"type":"handed_over","call_id":"t_b:5","reason":"$0.50 spent: how should I go on?","due":"2026-12-20T09:00:04.000Z","at":"2026-11-20T09:00:04.000Z"}`,
    state: {
      status: 'waiting_for_human',
      spent: { steps: 1, errors: 0, tokens: 1_930, usd: 0.5, repeats: 1 },
      usage: {
        input_tokens: 1_850,
        output_tokens: 80,
        cached_tokens: 600,
        reasoning_tokens: 20,
        usd: 0.5,
      },
      open: {
        call_id: 't_b:5',
        attempt: 0,
        due: '2026-12-20T09:00:04.000Z',
        reason: '$0.50 spent: how should I go on?',
      },
    },
  },
  '0.1.0: two of a group approved a call, not its requester': {
    events: `
      {"type":"message","channel":"http","from":"ada","text":"pay 900 to 42","at":"2026-11-30T09:00:00.000Z"}
      {"type":"tool_call","call_id":"t_e:1","step":{"intent":"pay","amount":900,"to":"42"},"awaits":"approval","objection":{"ask":"more than 500","approvers":["@finance"],"count":2,"not_requester":true},"due":"2026-12-30T09:00:01.000Z","at":"2026-11-30T09:00:01.000Z"}
      {"type":"endorsed","call_id":"t_e:1","by":"bob","comment":"as agreed","at":"2026-11-30T09:05:00.000Z"}
      {"type":"approval","call_id":"t_e:1","approved":true,"by":"eve","at":"2026-11-30T09:06:00.000Z"}
      {"type":"tool_started","call_id":"t_e:1","attempt":1,"by":"77aa","lease_until":"2026-11-30T09:06:16.000Z","at":"2026-11-30T09:06:01.000Z"}`,
    state: {
      status: 'running',
      spent: { steps: 0, errors: 0, tokens: 0, usd: 0, repeats: 0 },
      open: {
        call_id: 't_e:1',
        step: { intent: 'pay', amount: 900, to: '42' },
        objection: {
          ask: 'more than 500',
          approvers: ['@finance'],
          count: 2,
          not_requester: true,
        },
        attempt: 1,
        by: '77aa',
        due: '2026-11-30T09:06:16.000Z',
      },
    },
  },
  '0.1.0: a call was edited, and the new one waits for a second person': {
    events: `
      {"type":"message","channel":"http","from":"ada","text":"pay 900 to 42","at":"2026-11-30T09:00:00.000Z"}
      {"type":"tool_call","call_id":"t_f:1","step":{"intent":"pay","amount":900,"to":"42"},"awaits":"approval","objection":{"ask":"more than 500","count":2},"due":"2026-12-30T09:00:01.000Z","at":"2026-11-30T09:00:01.000Z"}
      {"type":"endorsed","call_id":"t_f:1","by":"eve","at":"2026-11-30T09:04:00.000Z"}
      {"type":"approval","call_id":"t_f:1","approved":false,"by":"bob","comment":"the rest in May","edit":{"call_id":"t_f:3","step":{"intent":"pay","amount":600,"to":"42"},"awaits":"approval","objection":{"ask":"more than 500","count":2},"due":"2026-12-30T09:05:00.000Z"},"at":"2026-11-30T09:05:00.000Z"}
      {"type":"approval","call_id":"t_f:1","approved":true,"by":"eve","at":"2026-11-30T09:06:00.000Z"}`,
    state: {
      status: 'waiting_for_approval',
      spent: { steps: 0, errors: 0, tokens: 0, usd: 0, repeats: 0 },
      open: {
        call_id: 't_f:3',
        step: { intent: 'pay', amount: 600, to: '42' },
        objection: { ask: 'more than 500', count: 2 },
        attempt: 0,
        due: '2026-12-30T09:05:00.000Z',
      },
    },
  },
  '0.1.0: steps at once, one by another agent, which was reported': {
    events: `
      {"type":"message","channel":"webhook","from":"ada","text":"42 was merged","agent":"release","at":"2026-11-30T09:00:00.000Z"}
      {"type":"tool_call","call_id":"t_h:1","step":{"intent":"parallel","steps":[{"intent":"test","commit":"4f2a"},{"intent":"deploy","agent":"deployer","text":"Deploy 4f2a"}]},"awaits":"result","at":"2026-11-30T09:00:01.000Z"}
      {"type":"tool_started","call_id":"t_h:1","attempt":1,"by":"77aa","lease_until":"2026-11-30T09:01:11.000Z","at":"2026-11-30T09:00:01.000Z"}
      {"type":"child_started","call_id":"t_h:1","part":"1","agent":"deployer","thread":"t_9c","at":"2026-11-30T09:00:01.000Z"}
      {"type":"part_ended","call_id":"t_h:1","part":"0","result":{"failed":0},"at":"2026-11-30T09:00:02.000Z"}
      {"type":"tool_pending","call_id":"t_h:1","attempt":1,"due":"2026-12-01T09:00:02.000Z","at":"2026-11-30T09:00:02.000Z"}
      {"type":"part_ended","call_id":"t_h:1","part":"1","result":{"thread":"t_9c"},"usage":{"input_tokens":900,"output_tokens":30,"usd":0.01},"at":"2026-11-30T10:00:00.000Z"}`,
    state: {
      status: 'waiting_for_result',
      spent: { steps: 1, errors: 0, tokens: 930, usd: 0.01, repeats: 1 },
      open: { call_id: 't_h:1', attempt: 1, by: '77aa', due: '2026-12-01T09:00:02.000Z' },
    },
  },
  '0.1.0: copied while a tool ran, which a person approved again; then the rest may run': {
    events: `
      {"type":"message","channel":"fork","from":"ada","text":"ship 1.4.2","at":"2026-11-30T09:00:00.000Z"}
      {"type":"tool_call","call_id":"t_i:1","step":{"intent":"deploy","version":"1.4.2","to":"staging"},"awaits":"result","usage":{"input_tokens":900,"output_tokens":30},"at":"2026-11-30T09:00:01.000Z"}
      {"type":"tool_started","call_id":"t_i:1","attempt":1,"by":"77aa","lease_until":"2026-11-30T09:00:16.000Z","at":"2026-11-30T09:00:01.000Z"}
      {"type":"handed_over","call_id":"t_i:1","reason":"this ran when the thread was copied: it may have happened, or happen yet","at":"2026-11-30T09:00:05.000Z"}
      {"type":"forked","by":"eve","thread":"t_i","version":3,"at":"2026-11-30T09:00:05.000Z"}
      {"type":"tool_result","call_id":"t_i:1","attempt":1,"result":"of the other thread","late":true,"at":"2026-11-30T09:00:06.000Z"}
      {"type":"tool_call","call_id":"t_j:6","step":{"intent":"deploy","version":"1.4.2","to":"staging"},"awaits":"approval","objection":{"ask":"each step of a copied thread needs a person, until one lifts that"},"due":"2026-12-30T09:00:07.000Z","at":"2026-11-30T09:00:07.000Z"}
      {"type":"lifted","by":"bob","at":"2026-11-30T09:05:00.000Z"}`,
    state: {
      status: 'waiting_for_approval',
      spent: { steps: 2, errors: 0, tokens: 930, usd: 0, repeats: 2 },
      open: {
        call_id: 't_j:6',
        step: { intent: 'deploy', version: '1.4.2', to: 'staging' },
        objection: { ask: 'each step of a copied thread needs a person, until one lifts that' },
        attempt: 0,
        due: '2026-12-30T09:00:07.000Z',
      },
    },
  },
  '0.1.0: an edited call ran': {
    events: `
      {"type":"message","channel":"terminal","from":"ada","text":"ship 1.4.2","at":"2026-11-30T09:00:00.000Z"}
      {"type":"tool_call","call_id":"t_g:1","step":{"intent":"deploy","version":"1.4.2","to":"production"},"awaits":"approval","objection":{"ask":"production needs a person"},"due":"2026-12-30T09:00:01.000Z","at":"2026-11-30T09:00:01.000Z"}
      {"type":"approval","call_id":"t_g:1","approved":false,"by":"ada","edit":{"call_id":"t_g:2","step":{"intent":"deploy","version":"1.4.1","to":"production"},"awaits":"result","objection":{"ask":"production needs a person"}},"at":"2026-11-30T09:05:00.000Z"}
      {"type":"tool_started","call_id":"t_g:2","attempt":1,"by":"77aa","lease_until":"2026-11-30T09:06:16.000Z","at":"2026-11-30T09:06:01.000Z"}
      {"type":"tool_result","call_id":"t_g:2","attempt":1,"result":"ok","at":"2026-11-30T09:06:02.000Z"}`,
    state: {
      status: 'thinking',
      spent: { steps: 0, errors: 0, tokens: 0, usd: 0, repeats: 0 },
    },
  },
};
