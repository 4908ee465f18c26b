/** A lock library that gives no locks, and rejects when it was closed already. */
export const subject = {
  id: "late",
  about: "wrong on purpose",
  backends: ["redis"],
  isFenced: false,
  isRenewed: false,
  open: async () => ({
    acquire: async () => ({ refused: "fail", detail: "held" }),
    close: async () => {
      setTimeout(() => void Promise.reject(new Error("too late")), 100);
    },
  }),
};
