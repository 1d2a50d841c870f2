package dev.postern.server.access.policy;

import dev.postern.aws.Action;
import java.util.Locale;

/**
 * One action on one resource, as it is asked of policies. An operation with several resources is as
 * many requests.
 */
public final class PolicyRequest {
  /** The resource of operations that have no resource types (spec/aws-api.md 4.2). */
  public static final String NO_RESOURCE = "*";

  private final PolicyPrincipal principal;
  private final Action action;
  private final RequestContext context;
  private final String service;
  private final String operation;
  private final String lowerCasedAction;
  private final ArnText arn;

  /**
   * A request.
   *
   * @param resource an ARN, or {@link #NO_RESOURCE}
   */
  public PolicyRequest(
      PolicyPrincipal principal, Action action, String resource, RequestContext context) {
    this.principal = principal;
    this.action = action;
    this.context = context;
    this.service = action.service().toLowerCase(Locale.ROOT);
    this.operation = action.operation().toLowerCase(Locale.ROOT);
    this.lowerCasedAction = service + ":" + operation;
    this.arn = new ArnText(resource);
  }

  public PolicyPrincipal principal() {
    return principal;
  }

  public Action action() {
    return action;
  }

  public String resource() {
    return arn.text();
  }

  public RequestContext context() {
    return context;
  }

  /** Lower-cased. */
  String service() {
    return service;
  }

  /** Lower-cased. */
  String operation() {
    return operation;
  }

  /** {@code service:operation}, lower-cased. */
  String lowerCasedAction() {
    return lowerCasedAction;
  }

  ArnText arn() {
    return arn;
  }
}
