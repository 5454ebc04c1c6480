/** A long way to a server of this machine: 10.9.0.2 is 10.9.0.1, so many milliseconds away. Within a network namespace of its own. */
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

export type FarLink = { readonly port: number; readonly delayMs: number; readonly bytesPerSecond: number };

/** The far end of the link. */
export const farHost = "10.9.0.2";

/** @returns Hosts there that are silent, up to 200. */
export function silentHosts(count: number): string[] {
	return Array.from({ length: count }, (_, n) => `10.9.0.${n + 9}`);
}

const source = fileURLToPath(new URL("far-link.c", import.meta.url));
const device = "far0";

/** Runs this script again in a network namespace of its own, as root may. @returns Whether it is in one now. */
export function enterNamespace(): boolean {
	if (process.env.DOWNSPOUT_FIGURES === "inside") {
		mustRun("ip", ["link", "set", "lo", "up"]);
		return true;
	}
	const inside = spawnSync("unshare", ["--net", process.execPath, ...process.argv.slice(1)], {
		stdio: "inherit",
		env: { ...process.env, DOWNSPOUT_FIGURES: "inside" },
	});
	process.exitCode = inside.status ?? 1;
	return false;
}

/** @throws {Error} gcc, root or /dev/net/tun is missing. */
export async function openFarLink(folder: string, link: FarLink): Promise<AsyncDisposable> {
	const program = join(folder, "far-link");
	mustRun("gcc", ["-O2", "-o", program, source]);
	const args = [device, String(link.port), String(link.delayMs), String(link.bytesPerSecond)];
	const child = spawn(program, args, { stdio: ["ignore", "pipe", "inherit"] });
	const [word] = await Promise.race([
		once(child.stdout, "data"),
		once(child, "exit").then((): [undefined] => [undefined]),
	]);
	if (word === undefined) throw new Error("the far link could not be opened: it needs root and /dev/net/tun");
	mustRun("ip", ["addr", "add", "10.9.0.1/24", "dev", device]);
	mustRun("ip", ["link", "set", device, "up"]);
	return {
		async [Symbol.asyncDispose]() {
			const gone = once(child, "exit");
			child.kill("SIGKILL");
			await gone;
		},
	};
}

function mustRun(program: string, args: readonly string[]): void {
	const { status, stderr, error } = spawnSync(program, args, { encoding: "utf8" });
	if (status !== 0) throw new Error(`${program} ${args.join(" ")}: ${error?.message ?? stderr}`);
}
