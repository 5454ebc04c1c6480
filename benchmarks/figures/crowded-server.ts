/** A server that slows down beyond 50 requests at once, as the model of the simulator does: 60 ms for each, and more the more there are. */
import { createServer } from "node:http";

const body = Buffer.alloc(10_240, "x");
const serviceMs = 60;
const comfortable = 50;
let inFlight = 0;

const server = createServer((_, response) => {
	inFlight++;
	const crowd = Math.max(1, inFlight / comfortable) ** 1.5;
	setTimeout(() => {
		inFlight--;
		response.setHeader("content-length", body.length);
		response.end(body);
	}, serviceMs * crowd);
});
server.keepAliveTimeout = 60_000;
server.listen(0, "0.0.0.0", () => {
	const address = server.address();
	process.send?.(typeof address === "object" && address !== null ? address.port : 0);
});
