package dev.postern.transport;

/** What the threads of a {@link DataChannel} are. */
public enum ChannelThreads {
  /**
   * The system's: a wait for a socket wakes its thread without a detour. Up to a quarter faster for
   * bulk data (docs/performance.md).
   */
  PLATFORM,

  /** The virtual machine's: thousands of channels fit into a process. */
  VIRTUAL;

  Thread unstarted(String name, Runnable body) {
    return switch (this) {
      case PLATFORM -> Thread.ofPlatform().daemon().name(name).unstarted(body);
      case VIRTUAL -> Thread.ofVirtual().name(name).unstarted(body);
    };
  }
}
