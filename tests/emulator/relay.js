// Stands between the program and the emulator, and mends what the emulator (4.2.1) leaves out of the Bot API:
// - getMe lacks fields; methods it does not know are answered with 500; edits and confirmations with `result: null`
// - getUpdates answers at once and hands out each update once, whatever the offset
// - dates of sent messages are in milliseconds; pressed buttons lack chat_instance
// - setWebhook takes no form, deliveries carry no secret, and a refused one ends the emulator

import http from "node:http";

/** Milliseconds between looks for updates while a poll waits. */
const LOOK = 20;
const SECRET_HEADER = "X-Telegram-Bot-Api-Secret-Token";
const ME = {
  id: 1, is_bot: true, first_name: "问办", username: "wenban_bot", can_join_groups: true,
  can_read_all_group_messages: false, supports_inline_queries: true, has_main_web_app: false,
};

export class Relay {
  /** Methods the program has called, in order. */
  calls = [];
  #emulator;
  #pending = [];
  #webhook = null;
  #server = http.createServer((request, response) => this.#serve(request, response));

  constructor(emulator) {
    this.#emulator = emulator;
  }

  /** Listens on a free port and gives the address. */
  async start() {
    await new Promise((listening) => this.#server.listen(0, "127.0.0.1", listening));
    return `http://127.0.0.1:${this.#server.address().port}`;
  }

  stop() {
    this.#server.closeAllConnections();
    this.#server.close();
  }

  async #serve(request, response) {
    try {
      const body = await read(request);
      const answer = request.url === "/deliver"
        ? await this.#deliver(JSON.parse(body))
        : await this.#call(request.url, request.headers["content-type"] ?? "", body);
      response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(answer));
    } catch (error) {
      response.writeHead(502).end(String(error));
    }
  }

  async #call(url, type, body) {
    const [, bot, name] = url.split("/");
    const method = name.toLowerCase();
    const fields = type.startsWith("multipart/") ? formFields(body) : JSON.parse(body || "{}");
    this.calls.push(method);
    switch (method) {
      case "getme":
        return { ok: true, result: ME };
      case "getupdates":
        return this.#updates(bot, fields);
      case "setwebhook":
        this.#webhook = { url: fields.url, secret: fields.secret_token };
        await this.#ask(bot, method, { url: `http://127.0.0.1:${this.#server.address().port}/deliver` });
        return { ok: true, result: true };
      case "deletewebhook":
        this.#webhook = null;
        await this.#ask(bot, method, {});
        return { ok: true, result: true };
      case "sendmessage": {
        const { result } = await this.#ask(bot, method, fields);
        return { ok: true, result: { ...result, date: Math.floor(result.date / 1000), from: ME } };
      }
      case "editmessagetext":
      case "editmessagereplymarkup": {
        await this.#ask(bot, method, fields);
        const chat = { id: Number(fields.chat_id), type: "private", first_name: "群众" };
        return { ok: true, result: { message_id: fields.message_id, date: 1, chat, text: fields.text ?? "…" } };
      }
      case "answercallbackquery":
      case "deletemessage":
        await this.#ask(bot, method, fields);
        return { ok: true, result: true };
      default:
        return { ok: true, result: true };
    }
  }

  async #ask(bot, method, fields) {
    const response = await fetch(`${this.#emulator}/${bot}/${method}`, {
      method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(fields),
    });
    const answer = await response.json();
    if (!answer.ok) throw new Error(`the emulator refuses ${method}: ${JSON.stringify(answer)}`);
    return answer;
  }

  /** Waits as asked for something to happen; an offset forgets everything before it. */
  async #updates(bot, { offset = 0, timeout = 0 }) {
    const until = Date.now() + timeout * 1000;
    this.#pending = this.#pending.filter((update) => update.update_id >= offset);
    for (;;) {
      const { result } = await this.#ask(bot, "getupdates", {});
      this.#pending.push(...result.map(mended));
      if (this.#pending.length > 0 || Date.now() >= until) return { ok: true, result: this.#pending };
      await new Promise((looked) => setTimeout(looked, LOOK));
    }
  }

  async #deliver(update) {
    const { url, secret } = this.#webhook;
    const response = await fetch(url, {
      method: "POST",
      headers: { "content-type": "application/json", [SECRET_HEADER]: secret },
      body: JSON.stringify(mended(update)),
    });
    if (!response.ok) throw new Error(`the program answers a delivery with ${response.status}`);
    return { ok: true };
  }
}

function mended(update) {
  if (update.callback_query) update.callback_query.chat_instance = "1";
  return update;
}

async function read(request) {
  const parts = [];
  for await (const part of request) parts.push(part);
  return Buffer.concat(parts).toString();
}

/** The fields of a multipart form without files. */
function formFields(body) {
  const fields = [...body.matchAll(/name="([^"]+)"[^]*?\r\n\r\n([^]*?)\r\n--/g)];
  return Object.fromEntries(fields.map(([, name, value]) => [name, value]));
}
