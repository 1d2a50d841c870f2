package dev.postern.server.access;

import java.util.List;

/** Proof that a caller may do one action on some resources. Only {@link Gate} makes them. */
public final class Permit {
  private final Caller caller;
  private final String action;
  private final List<String> resources;

  Permit(Caller caller, String action, List<String> resources) {
    this.caller = caller;
    this.action = action;
    this.resources = List.copyOf(resources);
  }

  /** Who was permitted. */
  public Caller caller() {
    return caller;
  }

  /** The action, for example {@code ssm:StartSession}. */
  public String action() {
    return action;
  }

  /** The ARNs that were checked. */
  public List<String> resources() {
    return resources;
  }
}
