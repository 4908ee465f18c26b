/** How much memory a process used when nobody held or waited for a lock, after the garbage was collected. */
export interface MemorySample {
  readonly cycles: number;
  /** Objects and code. */
  readonly heapBytes: number;
  /** Outside the heap, on behalf of objects in it: buffers above all. */
  readonly externalBytes: number;
  /** Of the whole process, for the report alone: the system and the allocator have their say in it. */
  readonly residentBytes: number;
}
