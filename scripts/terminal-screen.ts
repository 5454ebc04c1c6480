/** What a terminal shows after such output, as HTML: as much of one as our progress needs. */

type Line = { text: string; style: string }[];

const colours: Readonly<Record<string, string>> = {
	31: "red",
	32: "green",
	33: "yellow",
	36: "cyan",
	2: "dim",
	1: "bold",
};

/** Lines of the screen, each as HTML; the newest `rows` of them. */
export function terminalScreen(output: string, rows: number): string {
	const lines: Line[] = [[]];
	let row = 0;
	let column = 0;
	let style = "";
	const line = (): Line => {
		while (lines.length <= row) lines.push([]);
		return lines[row] ?? [];
	};
	for (const [token, , parameters = "", command] of output.matchAll(/(\x1b\[([?\d;]*)([A-Za-z]))|\x1b.|[\s\S]/gu)) {
		if (command === "A") row = Math.max(0, row - Number(parameters || 1));
		else if (command === "K") line().splice(column);
		else if (command === "J") {
			line().splice(column);
			lines.splice(row + 1);
		} else if (command === "m") style = styleAfter(style, parameters);
		else if (token === "\r") column = 0;
		else if (token === "\n") {
			row++;
			line();
		} else if (!token.startsWith("\x1b")) line()[column++] = { text: token, style };
	}
	return lines.slice(-rows).map(htmlOf).join("\n");
}

function styleAfter(style: string, parameters: string): string {
	if (parameters === "39" || parameters === "22" || parameters === "0" || parameters === "") return "";
	return colours[parameters] ?? style;
}

function htmlOf(line: Line): string {
	return Array.from(line, (cell) => {
		const { text, style } = cell ?? { text: " ", style: "" };
		const safe = text.replace(/[&<>]/g, (character) => `&#${character.charCodeAt(0)};`);
		return style === "" ? safe : `<span class="${style}">${safe}</span>`;
	}).join("");
}
