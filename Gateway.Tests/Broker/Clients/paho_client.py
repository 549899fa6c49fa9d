"""Plays what a client may expect of a broker, with paho: PORT VERSION(4|5) TRANSPORT(tcp|websockets). Says "ok", or why not."""
import queue
import sys

import paho.mqtt.client as mqtt
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties

PORT, VERSION, TRANSPORT = int(sys.argv[1]), int(sys.argv[2]), sys.argv[3]
ROOT = f"paho/{VERSION}/{TRANSPORT}"


class Client:
    def __init__(self, name, lasting=False, will=None):
        self.messages, self.events, self.lasting = queue.Queue(), queue.Queue(), lasting
        clean = {} if VERSION == mqtt.MQTTv5 else {"clean_session": not lasting}
        self.client = mqtt.Client(f"{name}-{VERSION}-{TRANSPORT}", protocol=VERSION, transport=TRANSPORT, **clean)
        if TRANSPORT == "websockets":
            self.client.ws_set_options(path="/mqtt")
        if will:
            self.client.will_set(will, "gone", qos=1, retain=False)
        self.client.on_connect = lambda c, u, flags, rc, p=None: self.events.put(("connected", flags["session present"]))
        self.client.on_subscribe = lambda *_: self.events.put(("subscribed", None))
        self.client.on_publish = lambda *_: self.events.put(("published", None))
        self.client.on_message = lambda c, u, message: self.messages.put((message.topic, message.payload.decode(), message.qos, bool(message.retain)))

    def connect(self):
        more = {}
        if VERSION == mqtt.MQTTv5:
            properties = Properties(PacketTypes.CONNECT)
            properties.SessionExpiryInterval = 600 if self.lasting else 0
            more = {"clean_start": not self.lasting, "properties": properties}
        self.client.connect("127.0.0.1", PORT, **more)
        self.client.loop_start()
        return self.expect("connected")

    def expect(self, name):
        got, value = self.events.get(timeout=20)
        assert got == name, f"{got} instead of {name}"
        return value

    def subscribe(self, topic, qos):
        self.client.subscribe(topic, qos)
        self.expect("subscribed")

    def publish(self, topic, payload, qos, retain=False):
        self.client.publish(topic, payload, qos, retain)
        self.expect("published")

    def take(self, *expected):
        got = self.messages.get(timeout=20)
        assert got == expected, f"{got} instead of {expected}"

    def leave(self):
        self.client.disconnect()
        self.client.loop_stop()

    def drop(self):
        """The connection is lost without a goodbye."""
        self.client.loop_stop()
        self.client._sock_close()


def main():
    publisher, watcher = Client("publisher"), Client("watcher")
    publisher.connect()
    watcher.connect()
    for qos in (0, 1, 2):
        watcher.subscribe(f"{ROOT}/qos{qos}", qos)
        publisher.publish(f"{ROOT}/qos{qos}", f"live {qos}", qos)
        watcher.take(f"{ROOT}/qos{qos}", f"live {qos}", qos, False)
    publisher.publish(f"{ROOT}/kept", "retained", 1, retain=True)
    watcher.subscribe(f"{ROOT}/kept", 1)
    watcher.take(f"{ROOT}/kept", "retained", 1, True)
    watcher.subscribe(f"{ROOT}/will", 1)
    victim = Client("victim", will=f"{ROOT}/will")
    victim.connect()
    victim.drop()
    watcher.take(f"{ROOT}/will", "gone", 1, False)

    reader = Client("reader", lasting=True)
    assert not reader.connect(), "a session before its first connection"
    reader.subscribe(f"{ROOT}/queue", 2)
    reader.leave()
    for number in range(20):
        publisher.publish(f"{ROOT}/queue", str(number), 2)
    assert reader.connect(), "the session is not there"
    for number in range(20):
        reader.take(f"{ROOT}/queue", str(number), 2, False)
    for client in (publisher, watcher, reader):
        client.leave()
    print("ok")


main()
