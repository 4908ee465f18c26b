import { leaseTable } from "../dist/lease-table.js";

/** How the processes that the suite starts open a client. */
export const open = async () => leaseTable(process.env["LEASE_SERVICE_URL"] ?? "");
