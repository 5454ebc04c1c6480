/** Reads from a query what a reader wants to see; what cannot be read is as by default. */
import { hostOrders, type View, wholeView } from "./model.ts";

export function readView(query: URLSearchParams): View {
	const order = query.get("order");
	return {
		host: query.get("host")?.trim() ?? wholeView.host,
		code: query.get("code")?.trim() ?? wholeView.code,
		order: hostOrders.find((one) => one === order) ?? wholeView.order,
		wholeLog: query.get("log") === "whole",
	};
}
