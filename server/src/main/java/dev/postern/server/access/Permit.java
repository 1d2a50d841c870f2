package dev.postern.server.access;

import dev.postern.server.access.policy.RequestContext;
import java.util.List;

/** Proof that a caller may do what a question asked for. Only {@link Gate} makes them. */
public final class Permit {
  private final Caller caller;
  private final Question question;
  private final RequestContext context;

  Permit(Caller caller, Question question, RequestContext context) {
    this.caller = caller;
    this.question = question;
    this.context = context;
  }

  /** Who was permitted. */
  public Caller caller() {
    return caller;
  }

  /** The action, for example {@code ssm:StartSession}. */
  public String action() {
    return question.action();
  }

  /** The ARNs that were checked. */
  public List<String> resources() {
    return question.resources();
  }

  /** What was asked. */
  public Question question() {
    return question;
  }

  /** The condition keys of the request, without those of the principal. */
  public RequestContext context() {
    return context;
  }
}
