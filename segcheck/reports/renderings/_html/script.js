"use strict";
(() => {
const $ = (id) => document.getElementById(id);
const root = document.documentElement;
function named(hash) {
  try { return $(decodeURIComponent(hash.slice(1))); } catch { return null; }  // "#%" names nothing
}

// ---- light and dark
const theme = $("theme");
theme.hidden = false;
theme.addEventListener("click", () => {
  const dark = root.dataset.theme ? root.dataset.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
  root.dataset.theme = dark ? "light" : "dark";
});

// ---- the picture as a whole, or in full size
const full = $("full"), paper = $("paper");
if (full) full.hidden = paper.firstElementChild.viewBox.baseVal.width <= paper.clientWidth;
if (full) full.addEventListener("click", () => full.setAttribute("aria-pressed", paper.classList.toggle("full")));

// ---- paper: everything is open and unfiltered, in light
let closed = [], before = null;
addEventListener("beforeprint", () => {
  closed = [...document.querySelectorAll("details:not([open])")];
  closed.forEach((one) => { one.open = true; });
  before = root.dataset.theme || "";
  root.dataset.theme = "light";
});
addEventListener("afterprint", () => {
  closed.forEach((one) => { one.open = false; });
  if (before) root.dataset.theme = before; else delete root.dataset.theme;
});

// ---- requirements: those of one organ
const byOrgan = $("by-organ");
function applyOrgan() {
  for (const one of document.querySelectorAll(".organ")) one.hidden = Boolean(byOrgan.value) && one.id !== byOrgan.value;
}
if (byOrgan) {
  $("organs").hidden = false;
  byOrgan.addEventListener("input", applyOrgan);
  applyOrgan();
}

// ---- findings: filters, and every way that leads to one
const findings = [...document.querySelectorAll(".finding")];
const filter = $("filter");
let pair = "";
function apply() {
  if (!filter) return;
  const grave = new Set([...filter.querySelectorAll("[name=severity]:checked")].map((one) => one.value));
  const zone = $("by-zone").value, state = $("by-state").value;
  const words = $("by-text").value.toLowerCase().split(/\s+/).filter(Boolean);
  let shown = 0;
  for (const one of findings) {
    const data = one.dataset;
    const fits = grave.has(data.severity) && (!zone || data.zones.includes(` ${zone} `)) && (!state || data.state === state)
      && (!pair || data.pairs.includes(` ${pair} `)) && words.every((word) => data.search.includes(word));
    one.hidden = !fits;
    shown += fits;
  }
  $("by-pair").hidden = !pair;
  $("by-pair").textContent = $("by-pair").dataset.text.replace("{pair}", pair.replace(">", " → "));
  $("shown").textContent = $("shown").dataset.text.replace("{shown}", shown).replace("{all}", findings.length);
  $("nothing").hidden = shown > 0;
}
function clear() {
  if (!filter) return;
  filter.querySelectorAll("[name=severity]").forEach((one) => { one.checked = true; });
  for (const id of ["by-zone", "by-state", "by-text"]) $(id).value = "";
  pair = "";
  apply();
}
function go(one) {
  if (one.hidden) clear();  // a link leads to its finding, whatever is filtered
  one.focus({preventScroll: true});
  one.scrollIntoView({block: "start"});
}
function follow() {
  const one = named(location.hash);
  if (!one) return;
  if (one.hidden && one.classList.contains("organ")) {
    byOrgan.value = "";
    applyOrgan();
    one.scrollIntoView({block: "start"});
  }
  for (let up = one.closest("details"); up; up = up.parentElement.closest("details")) up.open = true;
  if (one.classList.contains("finding")) go(one);
}
if (filter) {
  filter.hidden = false;
  filter.addEventListener("input", apply);
  $("reset").addEventListener("click", clear);
  document.addEventListener("click", (event) => {
    const link = event.target.closest("a[href^='#']");
    if (!link) return;
    const target = named(link.getAttribute("href"));
    if (link.dataset.pair && target && target.classList.contains("finding")) {
      clear();
      pair = link.dataset.pair;
      apply();
    }
    if (target && target.hidden) clear();
    if (target && link.getAttribute("href") === location.hash) follow();  // no hashchange then
  });
  apply();
}
addEventListener("hashchange", follow);
follow();

addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.altKey || event.metaKey || !filter) return;
  const typing = event.target.closest && event.target.closest("input, select, textarea");
  if (event.key === "Escape") { clear(); if (typing) event.target.blur(); return; }
  if (typing) return;
  if (event.key === "/") { event.preventDefault(); $("by-text").focus(); return; }
  if (event.key !== "j" && event.key !== "k") return;
  const shown = findings.filter((one) => !one.hidden);
  if (!shown.length) return;
  const at = shown.indexOf(document.activeElement && document.activeElement.closest(".finding"));
  const next = event.key === "j" ? Math.min(at + 1, shown.length - 1) : Math.max(at - 1, 0);
  go(shown[next]);
});

// ---- look-up: over the boxes of the result; nothing is computed but whether a packet is in a box
const held = $("boxes");
if (held && $("ask")) {
  const data = JSON.parse(held.textContent);
  const say = data.words;

  /** An address as hexadecimal digits, 8 for IPv4 and 32 for IPv6, or null. */
  function address(text) {
    text = text.trim();
    if (/^\d{1,3}(\.\d{1,3}){3}$/.test(text)) {
      const parts = text.split(".");
      if (parts.some((part) => part > 255 || (part.length > 1 && part[0] === "0"))) return null;
      return parts.map((part) => Number(part).toString(16).padStart(2, "0")).join("");
    }
    if (!text.includes(":") || !/^[0-9a-fA-F:.]+$/.test(text)) return null;
    const tail = text.match(/^(.*:)(\d{1,3}(?:\.\d{1,3}){3})$/);
    if (tail) {
      const low = address(tail[2]);
      if (!low) return null;
      text = `${tail[1]}${low.slice(0, 4)}:${low.slice(4)}`;
    }
    const halves = text.split("::");
    if (halves.length > 2) return null;
    const groups = halves.map((half) => half ? half.split(":") : []);
    if (groups.flat().some((group) => !/^[0-9a-fA-F]{1,4}$/.test(group))) return null;
    const missing = 8 - groups.flat().length;
    if (halves.length === 2 ? missing < 1 : missing !== 0) return null;
    const all = halves.length === 2 ? [...groups[0], ...Array(missing).fill("0"), ...groups[1]] : groups[0];
    return all.map((group) => group.toLowerCase().padStart(4, "0")).join("");
  }
  function within(ends, value) {
    for (let at = 0; at < ends.length; at += 2)
      if (ends[at].length === value.length && ends[at] <= value && value <= ends[at + 1]) return true;
    return false;
  }
  function contains(box, packet) {
    const [src, dst, tcp, udp, echo] = box;
    if (packet.proto === "icmp") { if (!echo) return false; }
    else {
      const ports = packet.proto === "tcp" ? tcp : udp;
      if (!ports) return false;
      let fits = false;
      for (let at = 0; at < ports.length; at += 2) fits = fits || (ports[at] <= packet.port && packet.port <= ports[at + 1]);
      if (!fits) return false;
    }
    return within(data.addresses[src], packet.src) && within(data.addresses[dst], packet.dst);
  }
  const first = (numbers, packet) => numbers.map((number) => data.boxes[number]).find((box) => contains(box, packet));

  /** What the result says of a packet that one place sends. */
  function from(place, packet) {
    if (!data.senders.includes(place)) return {kind: "unjudged", ends: [], findings: [], bounds: []};
    const sure = [], open = [], findings = [], bounds = [];
    let forbidden = false, assumed = false, undecided = false, unsettled = false, cut = false;
    for (const [src, dst, srcZone, dstZone, verdict, whole, must, may, badMust, badMay] of data.crossings) {
      if (src !== place) continue;
      const passes = must.map((number) => data.boxes[number]).filter((box) => contains(box, packet));
      if (passes.some((box) => !box[5])) {
        sure.push(dst);
        if (first(badMust, packet)) forbidden = true;
      } else if (passes.length) {
        open.push(dst);
        undecided = true;
        bounds.push(...passes.map((box) => box[5]));
      } else if (first(may, packet)) {
        if (verdict === "proven_assuming" && first(badMay, packet)) assumed = true;
        else {
          open.push(dst);
          if (verdict === "violated") unsettled = true; else undecided = true;
        }
      } else if (!whole) cut = true;
      else continue;
      for (const [id, pairs, boxes, rules] of data.findings)
        if (pairs.includes(`${srcZone}>${dstZone}`) && first(boxes, packet) && !findings.some((one) => one.id === id))
          findings.push({id, rules});
    }
    const inside = Object.entries(data.places).some(([, one]) => one.zone === data.places[place].zone
      && within(data.addresses[one.at], packet.dst));
    const kind = sure.length ? (forbidden ? "arrives_forbidden" : "arrives_registered") : undecided ? "undecided" : unsettled ? "unsettled"
      : data.devices[packet.dst] ? "device" : inside ? "inside" : cut ? "cut" : assumed ? "assumed" : "stays";
    return {kind, ends: sure.length ? sure : open, findings, bounds};
  }
  function look(question) {
    const packet = {src: address(question.src), dst: address(question.dst), proto: question.proto, port: Number(question.port)};
    if (!packet.src || !packet.dst) return {kind: "bad_address"};
    if (packet.src.length !== packet.dst.length) return {kind: "families"};
    if (packet.proto !== "icmp" && (!/^\d+$/.test(String(question.port).trim()) || packet.port > 65535)) return {kind: "bad_port"};
    if (packet.dst.length === 8 && /^([ef]|00)/.test(packet.dst) || packet.dst.startsWith("ff") && packet.dst.length === 32)
      return {kind: "many"};
    const places = question.place ? [question.place]
      : Object.keys(data.places).filter((name) => within(data.addresses[data.places[name].at], packet.src));
    if (!places.length) return {kind: "elsewhere"};
    const found = places.map((place) => ({place, ...from(place, packet)}));
    return found.every((one) => one.kind === found[0].kind) ? found[0] : {kind: "differs", each: found};
  }
  const LOOKS = {arrives_registered: "v-seen", arrives_forbidden: "v-violated", stays: "v-proven", assumed: "v-assumed"};
  function element(name, className, ...inside) {
    const made = document.createElement(name);
    made.className = className;
    made.append(...inside);
    return made;
  }
  function show(one, question) {
    const box = element("div", `verdict ${LOOKS[one.kind] || "v-undecided"}`, element("p", "main", say[one.kind]));
    const list = element("ul", "");
    if (one.place) list.append(element("li", "", `${say.place}: ${one.place}`));
    if (one.ends && one.ends.length)
      list.append(element("li", "", `${["undecided", "unsettled"].includes(one.kind) ? say.may_arrive_at : say.arrives_at}: ${one.ends.join(", ")}`));
    for (const bound of new Set(one.bounds || [])) list.append(element("li", "", `${say.bound}: ${bound}`));
    for (const {id, rules} of one.findings || []) {
      const link = element("a", "", id);
      link.href = `#${id}`;
      list.append(element("li", "", `${say.finding}: `, link, ...rules.map((rule) => element("span", "line mono", `${say.rule} ${rule}`))));
    }
    if (one.place && !(one.findings || []).length) {
      const quoted = /^[\w@%+=:,./-]+$/.test(data.site) ? data.site : `'${data.site.replaceAll("'", "'\"'\"'")}'`;
      const ports = question.proto === "icmp" ? "" : ` --sport ${data.sport} --dport ${question.port}`;
      list.append(element("li", "", `${say.no_rule}: `, element("code", "",
        `segcheck trace ${quoted} --from ${question.src} --to ${question.dst} --in ${one.place} --proto ${question.proto}${ports} --day ${data.day}`)));
    }
    return element("div", "", box, list);
  }
  function ask() {
    const question = {src: $("q-src").value.trim(), dst: $("q-dst").value.trim(), proto: $("q-proto").value,
      port: $("q-port").value.trim(), place: $("q-place").value};
    const found = look(question);
    $("answer").replaceChildren(show(found, question), ...(found.each || []).map((one) => show(one, question)));
  }
  $("q-ask").addEventListener("click", ask);
  $("ask").addEventListener("keydown", (event) => { if (event.key === "Enter" && event.target.tagName === "INPUT") ask(); });
  $("q-proto").addEventListener("change", () => { $("q-port").disabled = $("q-proto").value === "icmp"; });
  root.segcheckLookup = look;
}
})();
