/** Whether a host is one's own: politeness towards strangers needs no limit there. */

/**
 * By its name alone: what a name stands for is not known before it is asked.
 * @param host - Host and port, as a URL has them.
 */
export function isPrivateHost(host: string): boolean {
	const name = host.replace(/:\d+$/, "").replace(/\.$/, "");
	if (name === "localhost" || name.endsWith(".localhost")) return true;
	if (name.startsWith("[")) return isPrivateIpv6(name.slice(1, -1));
	const parts = /^(\d+)\.(\d+)\.\d+\.\d+$/.exec(name);
	if (!parts) return false;
	const [first, second] = [Number(parts[1]), Number(parts[2])];
	if (first === 127 || first === 10) return true;
	if (first === 192) return second === 168;
	if (first === 172) return second >= 16 && second <= 31;
	return first === 169 && second === 254;
}

function isPrivateIpv6(address: string): boolean {
	const mapped = /^::ffff:([0-9a-f]{1,4}):([0-9a-f]{1,4})$/.exec(address);
	if (mapped) {
		const high = Number.parseInt(mapped[1] ?? "", 16);
		return isPrivateHost(`${high >> 8}.${high & 255}.0.0`);
	}
	return address === "::1" || /^f[cd]|^fe[89ab]/.test(address);
}
