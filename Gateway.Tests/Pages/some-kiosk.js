/** A kiosk on a service and a clock that only the test moves. */
import { readFileSync } from "node:fs";
import { ChannelClient } from "../../Gateway/wwwroot/channel-client/index.js";
import { Api } from "../../Gateway/wwwroot/kiosk/api.js";
import { Kiosk } from "../../Gateway/wwwroot/kiosk/kiosk.js";
import { words } from "../../Gateway/wwwroot/shared/language.js";
import { ManualService, ManualTransport, settled, VirtualClock } from "./virtual.js";

const say = words(JSON.parse(readFileSync(new URL("../../Gateway/wwwroot/kiosk/texts/en.json", import.meta.url), "utf8")));
export const enrollment = {
  id: "0198", device: "lab-1", person: "Ada", slot: 0, scans: 3,
  state: "requested", step: 0, captured: 0, percent: 0, expiresAt: "", at: "",
};

/** A kiosk on a manual service; what it shows is kept, and painted when the test says so. */
export function made({ enrollment = null, token = null, kept = {}, at = {} } = {}) {
  const clock = new VirtualClock();
  const transport = new ManualTransport();
  const service = new ManualService();
  const memory = new Map(Object.entries(kept));
  const storage = { getItem: key => memory.get(key) ?? null, setItem: (key, value) => memory.set(key, value), removeItem: key => memory.delete(key) };
  const sounds = [];
  const place = { scanner: null, site: null, checkIns: null, enrollment, token, takeToken() { const taken = this.token; this.token = null; return taken; }, ...at };
  const client = new ChannelClient({
    address: "http://gateway.test/",
    clock, transport,
    fetch: service.fetch,
    backoff: () => 100,
    stateChanged: state => kiosk.socketChanged(state),
  });
  let keys = 0;
  const world = { clock, transport, service, memory, place, sounds };
  const kiosk = new Kiosk({
    client, clock, place, say,
    api: new Api({ fetch: service.fetch, clock, signInLost: () => kiosk.signInLost() }),
    screen: { show: (view, painted) => Object.assign(world, { view, painted }) },
    memory: storage,
    tab: storage,
    sounds: { wake() {}, play: sound => sounds.push(sound) },
    clientId: "tab-1",
    newKey: () => `key-${++keys}`,
  });
  world.kiosk = kiosk;
  return world;
}

export function answer({ transport }, channel, fields) {
  const { id } = transport.sent("subscribe").findLast(frame => frame.channel === channel);
  transport.say({ op: "subscribed", id, channel, epoch: "e1", reset: false, ...fields });
}

export async function running(options) {
  const world = made(options);
  await world.kiosk.run();
  await settled();
  world.transport.last.opened();
  answer(world, "devices", { position: 9, state: { items: [{ id: "lab-1", online: true, sensor: "ok" }], next: null } });
  return world;
}

export async function started(world) {
  world.service.answers["POST /api/enrollments"] = () => ({ status: 201, body: { ...enrollment, seq: 1 } });
  world.kiosk.handlers.type("  Ada ");
  world.kiosk.handlers.start();
  await settled();
  answer(world, "enrollments/0198", { seq: 1, state: enrollment });
}

export function event({ transport }, seq, type, data = {}) {
  transport.say({ op: "event", channel: "enrollments/0198", seq, position: seq, type, at: "", data });
}

/** Time passes on a link that speaks as the service does. */
export async function beating({ clock, transport }, ms) {
  for (let passed = 0; passed < ms; passed += 5000) {
    transport.say({ op: "heartbeat" });
    await clock.pass(Math.min(5000, ms - passed));
  }
}
