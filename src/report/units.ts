/** Amounts as people read them. */

const byteUnits = ["B", "kB", "MB", "GB", "TB", "PB"] as const;

/** `999 B`, `10.2 kB`, `1.00 GB`: three digits, in units of 1000. */
export function formatBytes(bytes: number): string {
	let value = Math.max(0, bytes);
	let unit = 0;
	while (value >= 999.5 && unit < byteUnits.length - 1) {
		value /= 1000;
		unit += 1;
	}
	const digits = unit === 0 || value >= 99.95 ? 0 : value >= 9.995 ? 1 : 2;
	return `${value.toFixed(digits)} ${byteUnits[unit] ?? "B"}`;
}

/** `20,000`; below ten with one decimal where there is one. */
export function formatCount(count: number): string {
	if (count < 10 && !Number.isInteger(count)) return String(Math.round(count * 10) / 10);
	// Intl.NumberFormat takes 12 ms to be made, a tenth of the time that a small run takes.
	return String(Math.round(count)).replace(/\B(?=(?:\d{3})+$)/g, ",");
}

/** `0.42 s`, `12.3 s`, `3 min 5 s`, `1 h 2 min`. */
export function formatSeconds(seconds: number): string {
	if (seconds < 1) return `${Math.round(seconds * 1000) / 1000} s`;
	if (seconds < 59.95) return `${Math.round(seconds * 10) / 10} s`;
	const whole = Math.round(seconds);
	if (whole < 3600) return `${Math.floor(whole / 60)} min ${whole % 60} s`;
	return `${Math.floor(whole / 3600)} h ${Math.floor((whole % 3600) / 60)} min`;
}

/** `0:07`, `12:34`, `1:02:03`; days once there are any. */
export function formatClock(seconds: number): string {
	const whole = Math.max(0, Math.round(seconds));
	if (whole >= 86_400) return `${Math.floor(whole / 86_400)} d ${Math.floor((whole % 86_400) / 3600)} h`;
	const two = (value: number): string => String(value).padStart(2, "0");
	const minutes = Math.floor(whole / 60);
	if (minutes < 60) return `${minutes}:${two(whole % 60)}`;
	return `${Math.floor(minutes / 60)}:${two(minutes % 60)}:${two(whole % 60)}`;
}
