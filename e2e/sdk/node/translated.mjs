// Talks chat completions to models that speak another API with OpenAI's official Node SDK, unchanged, and prints one JSON line a case.
// Usage: node translated.mjs CLIENT GATEWAY KEY, as in ../python/translated.py.
import assert from 'node:assert/strict';
import OpenAI, { AzureOpenAI } from 'openai';
import { zodResponseFormat } from 'openai/helpers/zod';
import { z } from 'zod';

const [kind, gateway, key] = process.argv.slice(2);
const client =
  kind === 'openai'
    ? new OpenAI({ baseURL: `${gateway}/v1`, apiKey: key, maxRetries: 0 })
    : new AzureOpenAI({ endpoint: gateway, apiKey: key, apiVersion: '2025-04-01-preview', maxRetries: 0 });
const chat = client.chat.completions;
const all = ['claude', 'gpt-5-codex', 'o3-pro', 'o1', 'instruct'];
const withTools = all.slice(0, 4);
const streaming = ['claude', 'gpt-5-codex', 'instruct'];
const user = (content) => [{ role: 'user', content }];
const ask = (model, more = {}) => chat.create({ model, messages: user('hello there'), ...more });
const weather = z.object({ city: z.string(), warm: z.boolean() });
const tool = (name) => ({
  type: 'function',
  function: {
    name,
    strict: true,
    parameters: { type: 'object', properties: { city: { type: 'string' } }, required: ['city'], additionalProperties: false },
  },
});
const tools = [tool('weather'), tool('clock')];
const fails = async (promise, check) => {
  await assert.rejects(promise, (e) => {
    check(e);
    return true;
  });
};
const said = (model, n) => (model === 'claude' ? ['weather', 'clock'].slice(0, n) : ['weather']);

const cases = {
  create: [
    all,
    async (model) => {
      const a = await ask(model);
      assert.match(a.choices[0].message.content, /hello there/);
      assert.equal(a.choices[0].finish_reason, 'stop');
      assert.ok(a.usage.total_tokens > 0);
    },
  ],
  stream: [
    all,
    async (model) => {
      const whole = await ask(model);
      const streamed = { text: '', pieces: 0, usage: undefined };
      for await (const c of await ask(model, { stream: true, stream_options: { include_usage: true } })) {
        const piece = c.choices[0]?.delta?.content ?? '';
        streamed.text += piece;
        streamed.pieces += piece !== '';
        streamed.usage = c.usage;
      }
      assert.equal(streamed.text, whole.choices[0].message.content);
      assert.deepEqual(streamed.usage, whole.usage);
      assert.ok(streamed.pieces > 1 || !streaming.includes(model));
      for await (const c of await ask(model, { stream: true })) assert.ok(!c.usage, 'told what was not asked for');
    },
  ],
  stream_helper: [
    all,
    async (model) => {
      const final = await chat.stream({ model, messages: user('hello there') }).finalChatCompletion();
      assert.equal(final.choices[0].message.content, (await ask(model)).choices[0].message.content);
    },
  ],
  tools: [
    withTools,
    async (model) => {
      const messages = user('weather?');
      const first = (await chat.create({ model, messages, tools })).choices[0];
      assert.equal(first.finish_reason, 'tool_calls');
      const calls = first.message.tool_calls;
      assert.deepEqual(calls.map((c) => c.function.name), said(model, 2));
      messages.push(first.message, ...calls.map((c) => ({ role: 'tool', tool_call_id: c.id, content: '12 C' })));
      const second = (await chat.create({ model, messages, tools })).choices[0];
      assert.equal(second.message.content, `The tool said:${' 12 C'.repeat(calls.length)}`);
    },
  ],
  tools_stream: [
    withTools,
    async (model) => {
      const whole = (await ask(model, { tools })).choices[0].message.tool_calls;
      const final = (await chat.stream({ model, messages: user('hello there'), tools }).finalChatCompletion()).choices[0];
      assert.equal(final.finish_reason, 'tool_calls');
      const shape = (calls) => calls.map((c) => [c.type, c.function.name, c.function.arguments]);
      assert.deepEqual(shape(final.message.tool_calls), shape(whole));
    },
  ],
  tools_run: [
    withTools,
    async (model) => {
      const run = (name) => ({ type: 'function', function: { ...tool(name).function, parse: JSON.parse, function: ({ city }) => `sun in ${city}` } });
      const final = await chat.runTools({ model, messages: user('weather?'), tools: [run('weather')], stream: true }).finalContent();
      assert.equal(final, 'The tool said: sun in text');
    },
  ],
  tool_choice: [
    withTools,
    async (model) => {
      const named = await ask(model, { tools, tool_choice: { type: 'function', function: { name: 'clock' } } });
      assert.deepEqual(named.choices[0].message.tool_calls.map((c) => c.function.name), ['clock']);
      assert.ok(!(await ask(model, { tools, tool_choice: 'none' })).choices[0].message.tool_calls?.length);
    },
  ],
  single_tool: [
    ['claude', 'gpt-5-codex'],
    async (model) => {
      const a = await ask(model, { tools, parallel_tool_calls: false });
      assert.deepEqual(a.choices[0].message.tool_calls.map((c) => c.function.name), ['weather']);
    },
  ],
  parsed: [
    withTools,
    async (model) => {
      const request = { model, messages: user('weather?'), response_format: zodResponseFormat(weather, 'weather') };
      assert.deepEqual((await chat.parse(request)).choices[0].message.parsed, { city: 'text', warm: true });
      assert.deepEqual((await chat.stream(request).finalChatCompletion()).choices[0].message.parsed, { city: 'text', warm: true });
    },
  ],
  reasoning: [
    ['claude', 'opus'],
    async (model) => {
      const a = await ask(model, { reasoning_effort: 'low' });
      assert.equal(a.choices[0].message.reasoning_content, 'Thinking about: hello there');
    },
  ],
  images_and_files: [
    ['claude'],
    async (model) => {
      const data = Buffer.from('bytes').toString('base64');
      const a = await chat.create({
        model,
        messages: user([
          { type: 'image_url', image_url: { url: `data:image/png;base64,${data}` } },
          { type: 'file', file: { filename: 'a.pdf', file_data: `data:application/pdf;base64,${data}` } },
          { type: 'text', text: 'what?' },
        ]),
      });
      assert.equal(a.choices[0].message.content, 'You said: [image] [document] what?');
    },
  ],
  limit: [
    all,
    async (model) => {
      const n = { claude: 2, instruct: 2 }[model] ?? 65;
      const a = await ask(model, { max_completion_tokens: n });
      assert.equal(a.choices[0].finish_reason, 'length');
      assert.equal(a.usage.completion_tokens, n);
    },
  ],
  filtered: [
    all,
    async (model) => {
      const asked = chat.create({ model, messages: user('[[filter]]') });
      if (model === 'claude') {
        assert.equal((await asked).choices[0].finish_reason, 'content_filter');
        return;
      }
      await fails(asked, (e) => {
        assert.ok(e instanceof OpenAI.BadRequestError);
        assert.equal(e.code, 'content_filter');
      });
    },
  ],
  unsupported: [
    ['claude', 'gpt-5-codex', 'o3-pro', 'instruct'],
    async (model) => {
      const more = { claude: { logprobs: true }, instruct: { tools } }[model] ?? { stop: 'x' };
      await fails(ask(model, more), (e) => {
        assert.ok(e instanceof OpenAI.BadRequestError);
        assert.equal(e.code, 'unsupported_parameter');
        assert.deepEqual([e.param], Object.keys(more));
      });
      assert.ok((await ask(`dropping-${model}`, more)).choices[0].message.content);
    },
  ],
  other_operation: [
    ['claude'],
    async (model) => {
      await fails(client.responses.create({ model, input: 'hello' }), (e) => {
        assert.ok(e instanceof OpenAI.BadRequestError);
        assert.match(e.message, /use \/v1\/chat\/completions or \/v1\/messages/);
      });
    },
  ],
  errors: [
    ['claude'],
    async () => {
      const kinds = {
        400: [OpenAI.BadRequestError, null],
        404: [OpenAI.NotFoundError, 'model_not_found'],
        429: [OpenAI.RateLimitError, 'rate_limit_exceeded'],
        529: [OpenAI.InternalServerError, 'overloaded'],
      };
      for (const [status, [type, code]] of Object.entries(kinds)) {
        await fails(ask(`claude-${status}`), (e) => {
          assert.ok(e instanceof type, e);
          assert.equal(e.code, code);
          assert.ok(e.error.message && e.type);
        });
      }
    },
  ],
};

for (const [name, [models, run]] of Object.entries(cases)) {
  for (const model of models) {
    const result = { case: `${name} of ${model}`, ok: true };
    try {
      await run(model);
    } catch (e) {
      Object.assign(result, { ok: false, detail: String(e?.stack ?? e).slice(0, 1500) });
    }
    console.log(JSON.stringify(result));
  }
}
