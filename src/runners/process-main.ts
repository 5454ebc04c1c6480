/** Where a worker process begins. */
import { once } from "node:events";
import type { FromWorker, ToWorker, WorkerSetup } from "./messages.ts";
import { serve } from "./serve.ts";

// Ctrl+C reaches the whole process group: the coordinator decides what follows from it.
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, () => {});
// The coordinator is gone, perhaps killed: nobody records what we would still do.
process.on("disconnect", () => process.exit(0));
void main();

async function main(): Promise<void> {
	const [setup]: WorkerSetup[] = await once(process, "message");
	if (!setup) process.exit(1);
	const early: ToWorker[] = [];
	const keep = (message: ToWorker): void => void early.push(message);
	process.on("message", keep);
	try {
		const service = await serve({ setup, send, onLeft: () => process.disconnect?.() });
		process.off("message", keep);
		for (const message of early) service.receive(message);
		process.on("message", (message: ToWorker) => service.receive(message));
	} catch (error) {
		send({ type: "unable", message: error instanceof Error ? error.message : String(error) });
		process.disconnect?.();
	}
}

function send(message: FromWorker): void {
	if (process.connected) process.send?.(message);
}
