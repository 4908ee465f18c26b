/** Which way bytes travel through a proxy: requests go to the server, replies to the client. */
export type Direction = "to-server" | "to-client";
