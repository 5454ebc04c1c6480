/** Where a worker thread begins. */
import { type MessagePort, parentPort, workerData } from "node:worker_threads";
import type { ToWorker, WorkerSetup } from "./messages.ts";
import { serve } from "./serve.ts";

if (!parentPort) throw new Error("thread-main runs as a worker thread only");
void main(parentPort, workerData);

async function main(port: MessagePort, setup: WorkerSetup): Promise<void> {
	try {
		const service = await serve({ setup, send: (message) => port.postMessage(message), onLeft: () => port.close() });
		port.on("message", (message: ToWorker) => service.receive(message));
	} catch (error) {
		port.postMessage({ type: "unable", message: error instanceof Error ? error.message : String(error) });
		port.close();
	}
}
