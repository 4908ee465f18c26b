/** Where servers come from: containers of a Docker engine, or programs on this machine. */
export type ServerSource = "docker" | "local";
