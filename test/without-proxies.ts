/** Imported for what it does: tests talk to loopback, and whatever proxies this machine uses know no way there. */

for (const name of Object.keys(process.env)) {
	if (/_proxy$/i.test(name)) delete process.env[name];
}
