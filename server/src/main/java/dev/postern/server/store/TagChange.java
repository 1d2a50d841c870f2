package dev.postern.server.store;

import java.util.List;

/** How a change of tags ended. Only {@link Done} changed anything. */
public sealed interface TagChange {
  /** Every resource has its new tags. */
  record Done() implements TagChange {}

  /**
   * Some of the resources do not exist.
   *
   * @param names of those, in the order in which they were asked for
   */
  record Unknown(List<String> names) implements TagChange {
    public Unknown {
      names = List.copyOf(names);
    }
  }

  /**
   * A resource would have more tags than it may.
   *
   * @param name of the first such
   */
  record TooMany(String name) implements TagChange {}
}
