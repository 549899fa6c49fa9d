/** What a new scanner has to be told, shown once: as text and as a QR code. */
import { h } from "../shared/dom.js";

/**
 * @param {import("../shared/language.js").Words} say
 * @param {string} device
 * @param {string} secret
 * @param {{ host: string, port: number, tls: boolean }} broker where the service says that it listens
 * @returns {import("./dialog.js").Dialog}
 */
export function provisioning(say, device, secret, broker) {
  // The name that led here leads the scanner here as well, unless it is this machine's own name for itself.
  const gateway = isItself(location.hostname) ? broker.host : location.hostname;
  return {
    title: say("provision.title", { device }),
    text: say("provision.text"),
    fields: [
      { name: "gateway", label: say("provision.gateway"), hint: say("provision.gatewayHint"), value: gateway },
      { name: "port", label: say("provision.port"), type: "number", value: String(broker.port) },
      {
        name: "tls",
        label: say("provision.tls"),
        options: [broker.tls, !broker.tls].map(tls => [String(tls), say(tls ? "yes" : "no")]),
      },
    ],
    body: values => {
      const text = provisioningText({
        gateway: values["gateway"] ?? "",
        port: Number(values["port"]),
        tls: values["tls"] === "true",
        device,
        secret,
      });
      return h(
        "div",
        { class: "provision" },
        h("qr-code", { text, role: "img", "aria-label": say("provision.qr") }),
        h(
          "dl",
          { class: "facts" },
          h("div", null, h("dt", null, say("scanner.id")), h("dd", null, h("code", null, device))),
          h("div", null, h("dt", null, say("provision.secret")), h("dd", null, h("code", { class: "secret" }, secret))),
          h("div", null, h("dt", null, say("provision.whole")), h("dd", null, h("code", { class: "secret" }, text))),
        ),
      );
    },
  };
}

/** @param {string} host */
function isItself(host) {
  return host === "localhost" || host === "[::1]" || host.startsWith("127.");
}

/**
 * In the form that a scanner reads.
 *
 * @param {{ gateway: string, port: number, tls: boolean, device: string, secret: string }} told
 */
export function provisioningText({ gateway, port, tls, device, secret }) {
  return JSON.stringify({ gateway, port, tls, device, secret });
}
