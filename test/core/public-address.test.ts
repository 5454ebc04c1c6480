/** Which addresses are public: every special network at both of its ends, and what carries another address. */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { isPublicAddress } from "../../src/core/public-address.ts";

const refused = `
0.0.0.0 0.255.255.255 10.0.0.0 10.255.255.255 100.64.0.0 100.127.255.255 100.100.100.200 127.0.0.1 127.255.255.255
168.63.129.16 169.254.0.0 169.254.169.254 169.254.255.255 172.16.0.0 172.31.255.255 192.0.0.0 192.0.0.192 192.0.2.1
192.88.99.1 192.168.0.0 192.168.255.255 198.18.0.0 198.19.255.255 198.51.100.7 203.0.113.255 224.0.0.1 239.255.255.255
240.0.0.0 255.255.255.255
:: ::1 ::127.0.0.1 ::808:808 ::ffff:127.0.0.1 ::ffff:a00:1 ::ffff:0:127.0.0.1 64:ff9b::127.0.0.1 64:ff9b::10.1.2.3
64:ff9b:1::8.8.8.8 100::1 2001::1 2001:0:8.8.8.8:: 2001:2::1 2001:10::1 2001:20::1 2001:db8::1 2002:7f00:1:: 2002:a00:1::1
2002:c0a8:101::1 3fff::1 5f00::1 fc00::1 fd00:ec2::254 fdff::1 fe80::1 fe80::1%eth0 febf::1 fec0::1 ff02::1 ff0e::1
example.org 1.2.3 256.1.1.1
`;
const allowed = `
1.1.1.1 8.8.8.8 9.255.255.255 11.0.0.0 100.63.255.255 100.128.0.0 126.255.255.255 128.0.0.0 169.253.255.255 169.255.0.0
172.15.255.255 172.32.0.0 192.0.1.0 192.167.255.255 192.169.0.0 198.17.255.255 198.20.0.0 223.255.255.255 168.63.129.17
2606:4700::1111 2a00:1450::1 2001:200::1 2001:4860:4860::8888 2003::1 ::ffff:8.8.8.8 64:ff9b::8.8.8.8 2002:808:808::1
`;

test("special addresses are not public", () => {
	// Three numbers are an old spelling of four.
	for (const address of words(refused)) assert.equal(isPublicAddress(address), address === "1.2.3", address);
});

test("the others are", () => {
	for (const address of words(allowed)) assert.equal(isPublicAddress(address), true, address);
});

test("what carries an IPv4 address is as public as that", () => {
	fc.assert(
		fc.property(fc.ipV4(), (address) => {
			const [a = 0, b = 0, c = 0, d = 0] = address.split(".").map(Number);
			const hex = `${(a * 256 + b).toString(16)}:${(c * 256 + d).toString(16)}`;
			const expected = isPublicAddress(address);
			for (const carrier of [`::ffff:${address}`, `::ffff:${hex}`, `64:ff9b::${hex}`, `2002:${hex}::1`]) {
				assert.equal(isPublicAddress(carrier), expected, carrier);
			}
		}),
	);
});

function words(text: string): string[] {
	return text.trim().split(/\s+/);
}
