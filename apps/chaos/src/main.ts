import { faults } from "./faults.ts";
import { grounds } from "./grounds.ts";
import { subjects } from "./subjects.ts";

for (const { backend, about } of grounds) process.stdout.write(`${backend}  ${about}\n`);
for (const { id, about } of [...subjects, ...faults]) process.stdout.write(`${id}  ${about}\n`);
