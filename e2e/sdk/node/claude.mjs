// Talks to Claude with Anthropic's official Node SDKs, unchanged, and prints one JSON line a case.
// Usage: node claude.mjs CLIENT BASE KEY MODEL THINKER, as in ../python/claude.py.
import assert from 'node:assert/strict';
import Anthropic from '@anthropic-ai/sdk';
import { AnthropicFoundry } from '@anthropic-ai/foundry-sdk';

const [kind, base, key, model, thinker] = process.argv.slice(2);
const make = (apiKey) =>
  kind === 'foundry' ? new AnthropicFoundry({ baseURL: base, apiKey, maxRetries: 0 }) : new Anthropic({ baseURL: base, apiKey, maxRetries: 0 });
const client = make(key);
const user = (content) => [{ role: 'user', content }];
const ask = (content, more = {}) => client.messages.create({ model, max_tokens: 2000, messages: user(content), ...more });
const weather = {
  name: 'weather',
  input_schema: { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] },
};
const clock = { ...weather, name: 'clock' };
const fails = async (promise, check) => {
  await assert.rejects(promise, (e) => {
    check(e);
    return true;
  });
};

const cases = {
  async text() {
    const a = await ask('hello');
    assert.equal(a.content[0].text, 'You said: hello');
    assert.equal(a.usage.output_tokens, 3);
    assert.match(a._request_id, /^req_/);
  },
  async raw_stream() {
    const seen = [];
    for await (const e of await ask('hello', { stream: true })) seen.push(e.type);
    assert.equal(seen.at(-1), 'message_stop');
  },
  async stream() {
    const final = await client.messages.stream({ model, max_tokens: 2000, messages: user('hello there') }).finalMessage();
    assert.equal(final.content[0].text, 'You said: hello there');
    assert.equal(final.usage.output_tokens, 4);
  },
  async tools() {
    const tools = [weather, clock];
    const first = await ask('weather?', { tools });
    const uses = first.content.filter((b) => b.type === 'tool_use');
    assert.equal(uses.length, 2);
    const second = await client.messages.create({
      model,
      max_tokens: 2000,
      tools,
      messages: [
        ...user('weather?'),
        { role: 'assistant', content: first.content },
        { role: 'user', content: uses.map((u) => ({ type: 'tool_result', tool_use_id: u.id, content: '12' })) },
      ],
    });
    assert.equal(second.content[0].text, 'The tool said: 12 12');
  },
  async tools_stream() {
    const final = await client.messages
      .stream({ model, max_tokens: 2000, messages: user('weather?'), tools: [weather], tool_choice: { type: 'any' } })
      .finalMessage();
    assert.deepEqual(final.content[0].input, { city: 'text' });
  },
  async thinking_stream() {
    const final = await client.messages
      .stream({ model: thinker, max_tokens: 2000, messages: user('hi'), thinking: { type: 'adaptive', display: 'summarized' } })
      .finalMessage();
    assert.equal(final.content[0].thinking, 'Thinking about: hi');
    assert.ok(final.content[0].signature);
  },
  async structured() {
    const schema = { type: 'object', properties: { a: { type: 'integer' } }, required: ['a'], additionalProperties: false };
    const a = await ask('x', { output_config: { format: { type: 'json_schema', schema } } });
    assert.deepEqual(JSON.parse(a.content[0].text), { a: 1 });
  },
  async count() {
    assert.ok((await client.messages.countTokens({ model, messages: user('hello') })).input_tokens > 0);
  },
  async beta() {
    const a = await client.beta.messages.create({ model, max_tokens: 99, messages: user('hello'), betas: ['some-feature-2026-01-01'] });
    assert.equal(a.content[0].text, 'You said: hello');
  },
  async wrong_key() {
    await fails(make('nope').messages.create({ model, max_tokens: 9, messages: user('x') }), (e) => assert.equal(e.status, 401));
  },
  async unknown_model() {
    await fails(ask('x', { model: 'claude-none' }), (e) => {
      assert.equal(e.status, 404);
      assert.equal(e.error.error.type, 'not_found_error');
    });
  },
  async bad_request() {
    await fails(ask('x', { surprise: 1 }), (e) => assert.match(e.message, /surprise: Extra inputs are not permitted/));
  },
};

for (const [name, run] of Object.entries(cases)) {
  try {
    await run();
    console.log(JSON.stringify({ case: name, ok: true }));
  } catch (e) {
    console.log(JSON.stringify({ case: name, ok: false, detail: String(e.stack ?? e).slice(0, 1500) }));
  }
}
