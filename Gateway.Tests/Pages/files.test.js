import assert from "node:assert/strict";
import { readdirSync, readFileSync, statSync } from "node:fs";
import { test } from "node:test";
import { gzipSync } from "node:zlib";

const root = new URL("../../Gateway/wwwroot/", import.meta.url);
const files = readdirSync(root, { recursive: true }).map(name => name.replaceAll("\\", "/")).filter(name => statSync(new URL(name, root)).isFile());
const read = name => readFileSync(new URL(name, root), "utf8");

/** A page's markup, the styles it links and each module that its first one leads to. */
function filesOf(page, entry) {
  const modules = new Set();
  const follow = name => {
    if (modules.has(name)) return;
    modules.add(name);
    for (const [, path] of read(name).matchAll(/^(?:import|export) .*?from "(\.[^"]+)";$/gm)) {
      follow(new URL(path, new URL(name, "file:///")).pathname.slice(1));
    }
  };
  follow(entry);
  const styles = [...read(page).matchAll(/stylesheet" href="([^"]+)"/g)].map(([, name]) => name);
  return { modules: [...modules], all: [page, ...styles, ...modules] };
}

// The service sends them compressed: PageFilesTests.
test("Files_OfOneVisit_WeighLessThanAHundredKilobytesOverTheWire", () => {
  const size = name => gzipSync(readFileSync(new URL(name, root))).length;
  const languages = files.filter(name => name.startsWith("kiosk/texts/"));
  const others = [...filesOf("index.html", "kiosk/main.js").all, "favicon.svg", "manifest.webmanifest"];
  const weight = others.reduce((sum, name) => sum + size(name), Math.max(...languages.map(size)));
  assert.ok(weight < 100_000, `${weight} bytes`);
});

test("Files_Markup_HasNoInlineScriptStyleOrForeignHost", () => {
  for (const page of ["index.html", "console/index.html"]) {
    assert.doesNotMatch(read(page), /\sstyle=|<style|\son\w+=|https?:\/\/|<script(?![^>]*\ssrc=)/i, page);
  }
});

test("Files_Scripts_NeverWriteMarkup", () => {
  for (const name of files.filter(name => name.endsWith(".js") && !name.startsWith("vendor/"))) {
    assert.doesNotMatch(read(name), /innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(/, name);
  }
});

test("Files_EveryModuleOfTheKiosk_IsPreloaded", () => {
  const modules = filesOf("index.html", "kiosk/main.js").modules.filter(name => name !== "kiosk/main.js").sort();
  const preloaded = [...read("index.html").matchAll(/modulepreload" href="([^"]+)"/g)].map(([, name]) => name).sort();
  assert.deepEqual(preloaded, modules);
});

test("Lockfile_Packages_NameNoRegistry", () => {
  assert.doesNotMatch(readFileSync(new URL("package-lock.json", import.meta.url), "utf8"), /"resolved"/);
});
