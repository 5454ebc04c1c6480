/** The system's hosts file: what it names needs no look-up. */
import { readFileSync } from "node:fs";
import { isIP } from "node:net";
import { join } from "node:path";

const path =
	process.platform === "win32"
		? join(process.env.SystemRoot ?? "C:\\Windows", "System32\\drivers\\etc\\hosts")
		: "/etc/hosts";

/** Addresses by name, in lower case; empty where there is no such file. */
export function readHostsFile(): ReadonlyMap<string, readonly string[]> {
	try {
		return parseHosts(readFileSync(path, "utf8"));
	} catch {
		return new Map();
	}
}

/** Lines of an address and its names; `#` begins a comment (hosts(5)). */
export function parseHosts(text: string): ReadonlyMap<string, readonly string[]> {
	const hosts = new Map<string, string[]>();
	for (const line of text.split("\n")) {
		const [address = "", ...names] = (line.split("#", 1)[0] ?? "").split(/\s+/).filter((word) => word !== "");
		if (!isIP(address)) continue;
		for (const name of names) {
			const lower = name.toLowerCase();
			const known = hosts.get(lower);
			if (known) known.push(address);
			else hosts.set(lower, [address]);
		}
	}
	return hosts;
}
