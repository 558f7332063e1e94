// Calls the gateway with the official Node SDK, unchanged, and prints one JSON line a case.
// Usage: node cases.mjs CLIENT GATEWAY KEY, where CLIENT is openai or azure.
import assert from 'node:assert/strict';
import OpenAI, { AzureOpenAI, toFile } from 'openai';

const [kind, gateway, key] = process.argv.slice(2);
const make = (apiKey) =>
  kind === 'openai'
    ? new OpenAI({ baseURL: `${gateway}/v1`, apiKey, maxRetries: 0 })
    : new AzureOpenAI({ endpoint: gateway, apiKey, apiVersion: '2025-04-01-preview', maxRetries: 0 });
const client = make(key);
const user = (content) => [{ role: 'user', content }];
const wav = () => toFile(Buffer.alloc(2000, 1), 'a.wav');
const tool = {
  type: 'function',
  function: { name: 'weather', parameters: { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] } },
};
const fails = async (promise, check) => {
  await assert.rejects(promise, (e) => {
    check(e);
    return true;
  });
};

const cases = {
  async chat() {
    const a = await client.chat.completions.create({ model: 'chat', messages: user('hello') });
    assert.equal(a.choices[0].message.content, 'You said: hello');
  },
  async stream() {
    let text = '';
    for await (const c of await client.chat.completions.create({ model: 'chat', messages: user('hello'), stream: true })) {
      text += c.choices[0]?.delta?.content ?? '';
    }
    assert.equal(text, 'You said: hello');
  },
  async tools() {
    const messages = user('weather in Bonn?');
    const first = await client.chat.completions.create({ model: 'chat', messages, tools: [tool] });
    const call = first.choices[0].message.tool_calls[0];
    assert.equal(call.function.name, 'weather');
    messages.push(first.choices[0].message, { role: 'tool', tool_call_id: call.id, content: 'sun' });
    const second = await client.chat.completions.create({ model: 'chat', messages, tools: [tool] });
    assert.ok(second.choices[0].message.content);
  },
  async completions() {
    assert.ok((await client.completions.create({ model: 'instruct', prompt: 'hello' })).choices[0].text);
  },
  async embeddings() {
    assert.ok((await client.embeddings.create({ model: 'embed', input: 'hello' })).data[0].embedding.length > 10);
  },
  async images() {
    assert.ok((await client.images.generate({ model: 'image', prompt: 'a cat' })).data[0].b64_json);
  },
  async image_edit() {
    const image = await toFile(Buffer.alloc(500, 1), 'a.png', { type: 'image/png' });
    assert.ok((await client.images.edit({ model: 'image', image, prompt: 'a dog' })).data[0].b64_json);
  },
  async speech() {
    const a = await client.audio.speech.create({ model: 'speech', voice: 'alloy', input: 'hello' });
    assert.ok((await a.arrayBuffer()).byteLength > 100);
  },
  async transcription() {
    assert.ok((await client.audio.transcriptions.create({ model: 'listen', file: await wav() })).text);
  },
  async translation() {
    assert.ok((await client.audio.translations.create({ model: 'listen', file: await wav() })).text);
  },
  async responses() {
    assert.match((await client.responses.create({ model: 'chat', input: 'hello' })).output_text, /hello/);
  },
  async responses_stream() {
    const events = [];
    for await (const e of await client.responses.create({ model: 'chat', input: 'hello', stream: true })) events.push(e.type);
    assert.equal(events.at(-1), 'response.completed');
  },
  async models() {
    const ids = [];
    for await (const m of client.models.list()) ids.push(m.id);
    assert.ok(ids.includes('chat'));
    assert.equal((await client.models.retrieve('chat')).id, 'chat');
  },
  async unknown_model() {
    await fails(client.chat.completions.create({ model: 'nope', messages: user('hello') }), (e) => {
      assert.ok(e instanceof OpenAI.NotFoundError);
      assert.equal(e.code, 'model_not_found');
    });
  },
  async wrong_key() {
    await fails(make('sk-wrong').chat.completions.create({ model: 'chat', messages: user('hello') }), (e) => {
      assert.ok(e instanceof OpenAI.AuthenticationError);
    });
  },
  async content_filter() {
    await fails(client.chat.completions.create({ model: 'chat', messages: user('[[filter]]') }), (e) => {
      assert.ok(e instanceof OpenAI.BadRequestError);
      assert.equal(e.code, 'content_filter');
      assert.ok(e.error.innererror);
    });
  },
};

for (const [name, run] of Object.entries(cases)) {
  let result = { case: name, ok: true };
  try {
    await run();
  } catch (e) {
    result = { case: name, ok: false, detail: String(e?.stack ?? e).slice(0, 1000) };
  }
  console.log(JSON.stringify(result));
}
