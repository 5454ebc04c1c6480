/** Loaded into workers before they start: says that they are about to, in the file that SLOW_START names, and keeps them there. */
import { writeFileSync } from "node:fs";
import { isMainThread } from "node:worker_threads";

const { SLOW_START } = process.env;
if (SLOW_START && (!isMainThread || process.argv[1]?.includes("process-main"))) {
	writeFileSync(SLOW_START, "");
	const nothing = new Int32Array(new SharedArrayBuffer(4));
	for (;;) Atomics.wait(nothing, 0, 0, 50);
}
