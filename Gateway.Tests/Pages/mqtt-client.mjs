// Plays what a client may expect of a broker, with mqtt.js: URL VERSION(4|5). Says "ok", or why not.
import mqtt from "mqtt";
import assert from "node:assert";

const [url, version] = [process.argv[2], Number(process.argv[3])];
const root = `mqttjs/${version}/${url.startsWith("ws") ? "ws" : "tcp"}`;
const patience = setTimeout(() => {
  console.log("nothing happened for 60 s");
  process.exit(1);
}, 60_000);

/** A client and the messages that have come for it. */
async function connect(name, options = {}) {
  const messages = [];
  const waiting = [];
  const client = mqtt.connect(url, { clientId: `${name}-${root}`, protocolVersion: version, reconnectPeriod: 0, ...options });
  client.on("message", (topic, payload, packet) => {
    const message = [topic, payload.toString(), packet.qos, packet.retain];
    waiting.length > 0 ? waiting.shift()(message) : messages.push(message);
  });
  const accepted = await new Promise((resolve, reject) => client.once("connect", resolve).once("error", reject));
  return {
    client,
    isPresent: accepted.sessionPresent,
    take: async (...expected) =>
      assert.deepStrictEqual(messages.length > 0 ? messages.shift() : await new Promise((resolve) => waiting.push(resolve)), expected),
  };
}

const publisher = await connect("publisher");
const watcher = await connect("watcher");
for (const qos of [0, 1, 2]) {
  await watcher.client.subscribeAsync(`${root}/qos${qos}`, { qos });
  await publisher.client.publishAsync(`${root}/qos${qos}`, `live ${qos}`, { qos });
  await watcher.take(`${root}/qos${qos}`, `live ${qos}`, qos, false);
}

await publisher.client.publishAsync(`${root}/kept`, "retained", { qos: 1, retain: true });
await watcher.client.subscribeAsync(`${root}/kept`, { qos: 1 });
await watcher.take(`${root}/kept`, "retained", 1, true);

await watcher.client.subscribeAsync(`${root}/will`, { qos: 1 });
const victim = await connect("victim", { will: { topic: `${root}/will`, payload: Buffer.from("gone"), qos: 1, retain: false } });
victim.client.stream.destroy();
await watcher.take(`${root}/will`, "gone", 1, false);

const lasting = { clean: false, properties: version === 5 ? { sessionExpiryInterval: 600 } : undefined };
const reader = await connect("reader", lasting);
assert(!reader.isPresent, "a session before its first connection");
await reader.client.subscribeAsync(`${root}/queue`, { qos: 2 });
await reader.client.endAsync();
for (let number = 0; number < 20; number++) {
  await publisher.client.publishAsync(`${root}/queue`, `${number}`, { qos: 2 });
}

const back = await connect("reader", lasting);
assert(back.isPresent, "the session is not there");
for (let number = 0; number < 20; number++) {
  await back.take(`${root}/queue`, `${number}`, 2, false);
}

for (const each of [publisher, watcher, back]) {
  await each.client.endAsync();
}

clearTimeout(patience);
console.log("ok");
