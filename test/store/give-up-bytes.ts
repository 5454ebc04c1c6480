/** A program that gives up bytes of a part: give-up-bytes.ts FOLDER. */
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { append, newPart, type PartStore } from "../../src/store/part.ts";
import { loseSpan, scatter } from "../../src/store/scatter.ts";

const [, , folder = ""] = process.argv;
const store: PartStore = { parts: join(folder, "parts"), ownerId: "run-async-1" };
mkdirSync(store.parts);
const part = newPart("0123456789abcdef0123");
part.source = { url: "http://example.org/f", etag: '"1"', totalBytes: 1_000_000 };
append(store, part, Buffer.alloc(200_000, "a"));
await scatter(store, part);
loseSpan(part, { start: 100_000, end: 150_000 });
