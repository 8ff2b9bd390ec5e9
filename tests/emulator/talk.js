// A citizen talks with the built program, by polling and by webhook, and each answer has to be the right one.

import assert from "node:assert/strict";
import { execFile, spawn } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import http from "node:http";
import os from "node:os";
import path from "node:path";
import readline from "node:readline";
import { promisify } from "node:util";

import TelegramServer from "telegram-test-api";

import { Relay } from "./relay.js";

const TOKEN = "123456:a-secret-token";
/** Milliseconds an answer may take; the machine may be busy. */
const PATIENCE = 20_000;

/** One person at the emulator: says things, and hears what the bot says or changes. */
class Citizen {
  #server;
  #client;
  #heard = [];
  #known = new Map();
  #news = () => {};

  constructor(server) {
    this.#server = server;
    this.#client = server.getClient(TOKEN, { userId: 7, chatId: 7, firstName: "阿婆" });
    for (const event of ["AddedBotMessage", "EditedMessageText", "EditedMessageReplyMarkup"]) {
      server.on(event, () => this.#look());
    }
  }

  #look() {
    for (const { messageId, message } of this.#server.storage.botMessages) {
      const shown = JSON.stringify([message.text, message.reply_markup]);
      if (this.#known.get(messageId) === shown) continue;
      this.#known.set(messageId, shown);
      const buttons = message.reply_markup?.inline_keyboard?.flat() ?? [];
      this.#heard.push({ id: messageId, text: message.text, buttons });
    }
    this.#news();
  }

  says(text) {
    const message = text.startsWith("/") ? this.#client.makeCommand(text) : this.#client.makeMessage(text);
    return this.#hears(text.startsWith("/") ? this.#client.sendCommand(message) : this.#client.sendMessage(message));
  }

  presses(answer, label) {
    const button = answer.buttons.find(({ text }) => text === label);
    assert.ok(button, `no button ${label} among ${answer.buttons.map(({ text }) => text)}`);
    const message = { message_id: answer.id, date: Math.floor(Date.now() / 1000), text: answer.text };
    return this.#hears(this.#client.sendCallback(this.#client.makeCallbackQuery(button.callback_data, { message })));
  }

  async #hears(sent) {
    await sent;
    const patience = AbortSignal.timeout(PATIENCE);
    while (this.#heard.length === 0) {
      await new Promise((heard, tired) => {
        this.#news = heard;
        patience.addEventListener("abort", () => tired(new Error("no answer")), { once: true });
      });
    }
    return this.#heard.shift();
  }
}

async function conversation(citizen) {
  const welcome = await citizen.says("/start");
  assert.match(welcome.text, /问办/);
  assert.ok(welcome.buttons.length >= 5, "the service areas are buttons");

  const answer = await citizen.says("失业金怎么申请");
  assert.match(answer.text, /领失业金.*失业保险金申领/s);
  const papers = await citizen.presses(answer, "带什么");
  assert.match(papers.text, /本人身份证/);
  assert.match((await citizen.presses(papers, "不是这件事")).text, /换个说法/);

  const unknown = await citizen.says("为什么这里的社保政策跟别的市不一样，年年都变");
  const [question] = unknown.text.match(/\d{6}/);

  const which = await citizen.says("养老");
  assert.equal(which.buttons.at(-1).text, "都不是", which.text);
  const chosen = await citizen.presses(which, which.buttons[0].text);
  assert.ok(!chosen.buttons.some(({ text }) => text === "都不是"), chosen.text);

  assert.match((await citizen.says("我要提意见")).text, /请说/);
  const [opinion] = (await citizen.says("大厅的凳子太少了，老人家站不住")).text.match(/\d{6}/);

  const mine = await citizen.says("/mine");
  for (const receipt of [question, opinion]) assert.match(mine.text, new RegExp(receipt));
  assert.match((await citizen.says("谢谢")).text, /不客气/);
}

/** The program serving with records of its own; `webhook` settings or none. */
async function serve(api, webhook) {
  const data = await mkdtemp(path.join(os.tmpdir(), "wenban-"));
  const env = {
    ...process.env, ...webhook,
    TELOXIDE_TOKEN: TOKEN, TELOXIDE_API_URL: api, WENBAN_DATA: data, WENBAN_LISTEN: "127.0.0.1:0",
    WENBAN_LOG: "warn",
  };
  const program = spawn(process.env.WENBAN, ["serve"], { env, stdio: ["ignore", "pipe", "inherit"] });
  // Whatever ends this talk ends the program: the emulator throws where nobody can catch it.
  process.once("exit", () => program.kill());
  const [line] = await Promise.race([
    once(readline.createInterface(program.stdout), "line"),
    once(program, "exit").then(([code]) => Promise.reject(new Error(`it ended with ${code} at the start`))),
  ]);
  const stop = async () => {
    program.kill();
    if (program.exitCode === null) await once(program, "exit");
    await rm(data, { recursive: true });
  };
  return { address: line.split(" ").at(-1), env, stop };
}

function once(emitter, event) {
  return new Promise((happened) => emitter.once(event, (...what) => happened(what)));
}

async function freePort() {
  const server = http.createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address();
  server.close();
  return port;
}

async function meet(way, webhook) {
  const emulator = new TelegramServer({ host: "127.0.0.1", port: await freePort(), storeTimeout: 600 });
  await emulator.start();
  const relay = new Relay(emulator.config.apiURL);
  const program = await serve(await relay.start(), webhook);
  const command = (...words) => promisify(execFile)(process.env.WENBAN, ["telegram", ...words], { env: program.env });
  try {
    if (webhook) await command("set-webhook", program.address);
    await conversation(new Citizen(emulator));
    if (webhook) await command("delete-webhook");
  } finally {
    await program.stop();
    relay.stop();
    await emulator.stop();
  }
  const registrations = relay.calls.filter((method) => method.endsWith("webhook"));
  assert.deepEqual(registrations, webhook ? ["setwebhook", "deletewebhook"] : []);
  assert.equal(relay.calls.includes("getupdates"), !webhook);
  console.log(`emulator: a whole conversation by ${way}`);
}

await meet("polling", null);
await meet("webhook", {
  WENBAN_TELEGRAM_WEBHOOK_PATH: "emulated",
  WENBAN_TELEGRAM_WEBHOOK_SECRET: "a-secret-of-the-webhook",
});
