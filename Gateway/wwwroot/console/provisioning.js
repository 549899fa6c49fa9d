/** What a new scanner has to be told, shown once: as text and as a QR code. */
import { h } from "../shared/dom.js";

/**
 * @param {import("../shared/language.js").Words} say
 * @param {string} device
 * @param {string} secret
 * @returns {import("./dialog.js").Dialog}
 */
export function provisioning(say, device, secret) {
  return {
    title: say("provision.title", { device }),
    text: say("provision.text"),
    fields: [
      { name: "gateway", label: say("provision.gateway"), hint: say("provision.gatewayHint"), value: location.hostname },
      { name: "port", label: say("provision.port"), type: "number", value: location.protocol === "https:" ? "8883" : "1883" },
      {
        name: "tls",
        label: say("provision.tls"),
        options:
          location.protocol === "https:"
            ? [
                ["true", say("yes")],
                ["false", say("no")],
              ]
            : [
                ["false", say("no")],
                ["true", say("yes")],
              ],
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

/**
 * In the form that a scanner reads.
 *
 * @param {{ gateway: string, port: number, tls: boolean, device: string, secret: string }} told
 */
export function provisioningText({ gateway, port, tls, device, secret }) {
  return JSON.stringify({ gateway, port, tls, device, secret });
}
