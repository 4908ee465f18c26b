/** Certificates, as every driver takes them. */
export const TLS_FIELDS = {
  tls: {
    type: "object",
    description: "Certificates in PEM, for backends that are reached with TLS.",
    properties: {
      ca: { type: "string", maxLength: 1_000_000, writeOnly: true },
      cert: { type: "string", maxLength: 1_000_000, writeOnly: true },
      key: { type: "string", maxLength: 1_000_000, writeOnly: true },
    },
    additionalProperties: false,
  },
} as const;
