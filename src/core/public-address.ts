/** Whether an address is one of the public Internet, by IANA's registries of special addresses (RFC 6890). */
import ipaddr from "ipaddr.js";

type Ip = ReturnType<typeof ipaddr.parse>;

const special4 = [
	"0.0.0.0/8", // this network
	"10.0.0.0/8", // private
	"100.64.0.0/10", // carrier-grade NAT
	"127.0.0.0/8", // loopback
	"168.63.129.16/32", // the host of a machine in Azure
	"169.254.0.0/16", // link-local, metadata of clouds
	"172.16.0.0/12", // private
	"192.0.0.0/24", // protocol assignments
	"192.0.2.0/24", // documentation
	"192.88.99.0/24", // relays of 6to4
	"192.168.0.0/16", // private
	"198.18.0.0/15", // benchmarks
	"198.51.100.0/24", // documentation
	"203.0.113.0/24", // documentation
	"224.0.0.0/3", // multicast, reserved, broadcast
].map((cidr) => ipaddr.IPv4.parseCIDR(cidr));

/** Of IPv6 only 2000::/3 is given to anybody, and this within is not. */
const global6 = ipaddr.IPv6.parseCIDR("2000::/3");
const special6 = [
	"2001::/23", // protocol assignments, Teredo, benchmarks, ORCHID
	"2001:db8::/32", // documentation
	"3fff::/20", // documentation
].map((cidr) => ipaddr.IPv6.parseCIDR(cidr));

/** What carries an IPv4 address, and the byte where that begins: the way leads there. */
const carriers: readonly (readonly [network: [ReturnType<typeof ipaddr.IPv6.parse>, number], at: number])[] = [
	[ipaddr.IPv6.parseCIDR("::ffff:0:0/96"), 12], // mapped
	[ipaddr.IPv6.parseCIDR("64:ff9b::/96"), 12], // NAT64
	[ipaddr.IPv6.parseCIDR("2002::/16"), 2], // 6to4
];

/** @param address - As the system names it, a zone behind `%` included; what is no address is not public. */
export function isPublicAddress(address: string): boolean {
	return ipaddr.isValid(address) && isPublic(ipaddr.parse(address));
}

function isPublic(ip: Ip): boolean {
	if (ip.kind() === "ipv4") return !special4.some((network) => ip.match(network));
	const bytes = ip.toByteArray();
	for (const [network, at] of carriers) {
		if (ip.match(network)) return isPublic(ipaddr.fromByteArray(bytes.slice(at, at + 4)));
	}
	return ip.match(global6) && !special6.some((network) => ip.match(network));
}
