#!/usr/bin/env node
import { main } from "@holdfast/cli";

// By the package's own name: in the repository that is its separate files, and on npm the one that joins them.
process.exitCode = await main(process.argv.slice(2));
