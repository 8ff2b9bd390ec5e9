// Sends what is typed or pressed to /api/chat and adds the answer to the log. Without this file the forms still work.
"use strict";

const log = document.getElementById("log");
const form = document.getElementById("ask");
const input = document.getElementById("text");
const REMEMBERED = "wenban-conversation";

// A person who comes back may still ask how far a question has come.
let conversation = form.elements.conversation.value;
/** Whether the window may answer something that was left here. */
let waiting = false;
try {
  const remembered = localStorage.getItem(REMEMBERED);
  waiting = remembered !== null;
  conversation = remembered || conversation;
} catch { /* storage is switched off: the conversation lasts as long as the page */ }

function add(kind, lines) {
  const article = document.createElement("article");
  article.className = kind;
  for (const line of lines) {
    const paragraph = document.createElement("p");
    paragraph.textContent = line;
    article.append(paragraph);
  }
  log.append(article);
  return article;
}

function addButtons(article, buttons) {
  if (buttons.length === 0) return;
  const row = document.createElement("div");
  row.className = "buttons";
  for (const { label, action, aside } of buttons) {
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = label;
    if (aside) button.className = "aside";
    button.addEventListener("click", () => send({ action }, label));
    row.append(button);
  }
  article.append(row);
}

function addChecklist(article, link, label) {
  const paragraph = document.createElement("p");
  const anchor = document.createElement("a");
  anchor.href = link;
  anchor.target = "_blank";
  anchor.rel = "noopener";
  anchor.textContent = label;
  paragraph.append(anchor);
  article.append(paragraph);
}

let busy = false;
async function send(message, shown) {
  if (busy) return;
  busy = true;
  const said = add("said", [shown]);
  said.scrollIntoView({ block: "start" });
  try {
    const response = await fetch("/api/chat", {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify({ ...message, conversation }),
    });
    if (!response.ok) throw new Error(String(response.status));
    const answer = await response.json();
    conversation = answer.conversation;
    waiting ||= answer.waiting;
    try { localStorage.setItem(REMEMBERED, conversation); } catch { /* as above */ }
    const article = add("reply", answer.reply.text.split("\n"));
    if (answer.checklist) addChecklist(article, answer.checklist, answer.print);
    addButtons(article, answer.buttons);
  } catch {
    const article = add("reply", ["没有发出去，请看看网络，再按一次。"]);
    article.append(retryButton(message, shown));
  } finally {
    busy = false;
    said.scrollIntoView({ block: "start" });
    input.focus();
  }
}

/** Milliseconds between looks for answers of the window, while the page is looked at. */
const LOOK_AGAIN = 15_000;
/** Receipts of answers that are on the page. */
const seen = new Set();
async function fetchAnswers() {
  if (!waiting || busy || document.hidden) return;
  try {
    const response = await fetch("/api/answers", {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify({ conversation, seen: [...seen] }),
    });
    if (!response.ok) return;
    const fetched = await response.json();
    waiting = fetched.waiting;
    for (const { receipt, text } of fetched.answers) {
      if (seen.has(receipt)) continue;
      seen.add(receipt);
      add("reply", text.split("\n")).scrollIntoView({ block: "nearest" });
    }
    // Says at once that they have arrived.
    if (fetched.answers.length > 0) await fetchAnswers();
  } catch { /* the next look may get through */ }
}
setInterval(fetchAnswers, LOOK_AGAIN);
document.addEventListener("visibilitychange", fetchAnswers);
fetchAnswers();

function retryButton(message, shown) {
  const button = document.createElement("button");
  button.type = "button";
  button.textContent = "再发一次";
  button.addEventListener("click", () => send(message, shown));
  return button;
}

function submitText() {
  const text = input.value.trim();
  if (text === "") return;
  input.value = "";
  send({ text }, text);
}

form.addEventListener("submit", (event) => { event.preventDefault(); submitText(); });
input.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && !event.shiftKey && !event.isComposing) { event.preventDefault(); submitText(); }
});
for (const button of document.querySelectorAll("main form.buttons button")) {
  button.addEventListener("click", (event) => { event.preventDefault(); send({ action: button.value }, button.textContent); });
}

// A link may carry a question (?q=…), so that a poster or a message can lead straight to an answer.
const carried = new URLSearchParams(location.search).get("q");
if (carried) {
  history.replaceState(null, "", location.pathname);
  send({ text: carried }, carried);
}
