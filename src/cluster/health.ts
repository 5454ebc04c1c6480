/** `/health`, and `/metrics` for Prometheus: of a worker and of a coordinator alike. */
import { once } from "node:events";
import { createServer } from "node:http";
import { collectDefaultMetrics, Gauge, Registry } from "prom-client";
import { UsageError } from "../core/usage-error.ts";

export type HealthSource = {
	isWell(): boolean;
	/** Figures by the end of their names, which begin with `downspout_`. */
	gauges(): Readonly<Record<string, number>>;
};

/**
 * Listens until it is disposed of; does nothing where there is no address.
 * @param address - A port, or HOST:PORT.
 * @throws {UsageError} the address cannot be read or used.
 */
export async function startHealth(address: string | undefined, source: HealthSource): Promise<AsyncDisposable> {
	if (address === undefined) return { async [Symbol.asyncDispose]() {} };
	const { host, port } = readAddress(address);
	const registry = new Registry();
	collectDefaultMetrics({ register: registry });
	const gauges = new Map<string, Gauge>();
	const server = createServer((request, response) => {
		const path = (request.url ?? "").split("?", 1)[0];
		if (path === "/health") {
			const isWell = source.isWell();
			response.writeHead(isWell ? 200 : 503, { "Content-Type": "application/json" });
			response.end(`${JSON.stringify({ ok: isWell })}\n`);
			return;
		}
		if (path !== "/metrics") {
			response.writeHead(404).end();
			return;
		}
		update(registry, gauges, source.gauges());
		registry.metrics().then(
			(text) => response.writeHead(200, { "Content-Type": registry.contentType }).end(text),
			() => response.writeHead(500).end(),
		);
	});
	server.listen(port, host);
	try {
		await once(server, "listening");
	} catch (cause) {
		throw new UsageError(
			`--health: ${address} cannot be listened on: ${cause instanceof Error ? cause.message : cause}`,
			{ cause },
		);
	}
	server.unref();
	return {
		async [Symbol.asyncDispose]() {
			server.closeAllConnections();
			server.close();
		},
	};
}

function update(registry: Registry, gauges: Map<string, Gauge>, figures: Readonly<Record<string, number>>): void {
	for (const [name, value] of Object.entries(figures)) {
		let gauge = gauges.get(name);
		if (!gauge) {
			gauge = new Gauge({ name: `downspout_${name}`, help: name.replaceAll("_", " "), registers: [registry] });
			gauges.set(name, gauge);
		}
		gauge.set(value);
	}
}

function readAddress(address: string): { readonly host: string; readonly port: number } {
	const match = /^(?:(\[[0-9a-f:.]+\]|[^:[\]]+):)?(\d{1,5})$/i.exec(address);
	const port = Number(match?.[2]);
	if (!match || port > 65_535)
		throw new UsageError(`--health: ${JSON.stringify(address)} is neither PORT nor HOST:PORT`);
	return { host: match[1]?.replace(/^\[|\]$/g, "") ?? "127.0.0.1", port };
}
