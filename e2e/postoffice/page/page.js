// The post office's page: fetches the list whenever the office says that it changed, and draws what is new on top.

const list = document.getElementById("letters");
const line = document.getElementById("line");
const drawn = new Map(); // number -> element

/** An element with a class and children; strings become text. */
function el(tag, cls, ...children) {
  const e = document.createElement(tag);
  if (cls) e.className = cls;
  e.append(...children);
  return e;
}

/** Text with its links made pressable. */
function linked(text) {
  const parts = text.split(/(https?:\/\/[^\s<>"]+)/);
  return parts.map((p, n) => (n % 2 ? link(p, p) : p));
}

function link(href, text) {
  const a = el("a", "", text);
  a.href = href;
  a.target = "_blank";
  a.rel = "noopener noreferrer";
  return a;
}

function heading(l) {
  const time = el("time", "", new Date(l.at).toLocaleTimeString("nb", { hour: "2-digit", minute: "2-digit", second: "2-digit" }));
  time.dateTime = l.at;
  return el("div", "head", el("span", "chip", l.kind === "sms" ? "SMS" : "E-post"), el("h3", "", l.subject || l.from || "Uten avsender"), time);
}

/** What one does with a letter: press its link, read its PIN. */
function way(l) {
  const row = el("div", "open");
  if (l.link) row.append(link(l.link, "Åpne lenken"));
  if (l.pin) row.append(el("span", "pin", el("small", "", "PIN "), l.pin));
  return row;
}

function frame(l) {
  const f = el("iframe");
  f.title = l.subject;
  f.sandbox = "allow-same-origin allow-popups allow-popups-to-escape-sandbox";
  f.src = `/mail/${l.number}`;
  f.addEventListener("load", () => {
    f.style.height = `${Math.min(1600, f.contentDocument.documentElement.scrollHeight + 8)}px`;
  });
  return f;
}

function folded(title, ...children) {
  return el("details", "", el("summary", "", title), ...children);
}

/** A calendar entry in words (RFC 5545): what, when, and whether it is called off. */
function appointment(ics) {
  const lines = ics.replace(/\r?\n[ \t]/g, "").split(/\r?\n/);
  const event = lines.slice(lines.indexOf("BEGIN:VEVENT"));
  const value = (name) => event.find((l) => l.startsWith(`${name}:`) || l.startsWith(`${name};`))?.replace(/^[^:]*:/, "") ?? "";
  const time = (name) => {
    const [, y, m, d, h, min, z] = value(name).match(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)\d\d(Z?)$/) ?? [];
    if (!y) return null;
    return z ? new Date(Date.UTC(y, m - 1, d, h, min)) : new Date(y, m - 1, d, h, min); // else as on the wall there
  };
  const from = time("DTSTART"), to = time("DTEND");
  const clock = (t) => t?.toLocaleTimeString("nb", { hour: "2-digit", minute: "2-digit" }) ?? "";
  const day = from?.toLocaleDateString("nb", { weekday: "long", day: "numeric", month: "long", year: "numeric" }) ?? "uten tid";
  const off = lines.includes("METHOD:CANCEL") || value("STATUS") === "CANCELLED";
  return `${off ? "Avlyst i kalenderen" : "I kalenderen"}: ${value("SUMMARY")}, ${day}${from ? ` kl. ${clock(from)}` : ""}${to ? `–${clock(to)}` : ""}.`;
}

function mail(l) {
  const plain = el("div", "plain", ...linked(l.text));
  const all = l.hasHTML ? [frame(l), folded("Som ren tekst", plain)] : [plain];
  if (l.calendar) all.push(el("p", "meta", appointment(l.calendar)), folded("Kalenderinnkalling", el("div", "plain", l.calendar)));
  const source = link(`/source/${l.number}`, "Slik den kom");
  return [...all, el("p", "meta", l.secure ? "Kom over TLS. " : "Kom uten TLS, bare på denne maskinen. ", source)];
}

function letter(l) {
  const item = el("li", "card", heading(l), el("p", "meta", `Fra ${l.from || "ukjent"} til ${l.to}`), way(l));
  item.dataset.kind = l.kind;
  item.dataset.to = l.to;
  item.append(...(l.kind === "sms" ? [el("div", "bubble", ...linked(l.text))] : mail(l)));
  return item;
}

function draw({ letters, screen }) {
  const there = new Set(letters.map((l) => l.number));
  for (const [number, item] of drawn) {
    if (!there.has(number)) { item.remove(); drawn.delete(number); }
  }
  for (const l of [...letters].reverse()) {
    if (drawn.has(l.number)) continue;
    const item = letter(l);
    drawn.set(l.number, item);
    list.prepend(item);
  }
  document.getElementById("empty").hidden = letters.length > 0;
  document.getElementById("window").hidden = !screen;
  looking = screen;
  if (screen) look();
}

// The newest change wins: one fetch at a time, and one more when something changed meanwhile.
let fetching = false, again = false;
async function refresh() {
  if (fetching) { again = true; return; }
  fetching = true;
  do {
    again = false;
    try { draw(await (await fetch("/letters.json")).json()); } catch { say(false); }
  } while (again);
  fetching = false;
}

const picture = document.getElementById("screen");
let looking = false, waits = false;
/** Fetches the window's picture twice a second, one at a time, and not while the page is hidden. */
function look() {
  if (!looking || waits || document.hidden) return;
  waits = true;
  const next = new Image();
  const done = () => setTimeout(() => { waits = false; look(); }, 500);
  next.onload = () => { picture.src = next.src; done(); };
  next.onerror = done;
  next.src = `/screen.png?${Date.now()}`;
}
document.addEventListener("visibilitychange", look);

function say(on) {
  line.textContent = on ? "Åpent" : "Stengt";
  line.className = on ? "chip on" : "chip off";
}

const changes = new EventSource("/changes");
changes.onmessage = () => { say(true); refresh(); };
changes.onerror = () => say(false);
