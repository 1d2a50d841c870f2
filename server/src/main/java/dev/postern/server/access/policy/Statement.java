package dev.postern.server.access.policy;

import dev.postern.server.access.policy.PrincipalElement.Reach;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** One statement of a {@link PolicyDocument}, ready to be matched. */
public final class Statement {
  /** Characters of {@link #text()} before it is cut. */
  public static final int SHOWN_CHARACTERS_MAX = 600;

  private final @Nullable String sid;
  private final Effect effect;
  private final Place place;
  private final ActionElement actions;
  private final ResourceElement resources;
  private final @Nullable PrincipalElement principals;
  private final Condition[] conditions;

  /** Where a statement stands, and its JSON in one line. */
  record Place(Position start, Position end, String text) {}

  /**
   * What a statement asks for, all of it together.
   *
   * @param principals null in identity policies
   */
  record Elements(
      ActionElement actions,
      ResourceElement resources,
      @Nullable PrincipalElement principals,
      List<Condition> conditions) {}

  Statement(@Nullable String sid, Effect effect, Place place, Elements elements) {
    this.sid = sid;
    this.effect = effect;
    this.place = place;
    this.actions = elements.actions();
    this.resources = elements.resources();
    this.principals = elements.principals();
    this.conditions = elements.conditions().toArray(Condition[]::new);
  }

  /** Its Sid, when it has one. */
  public Optional<String> sid() {
    return Optional.ofNullable(sid);
  }

  public Effect effect() {
    return effect;
  }

  /** Its opening brace: StartPosition of SimulatePrincipalPolicy. */
  public Position start() {
    return place.start();
  }

  /** Behind its closing brace: EndPosition of SimulatePrincipalPolicy. */
  public Position end() {
    return place.end();
  }

  /** Its JSON in one line for people to read, cut when it is long. */
  public String text() {
    return place.text();
  }

  /** How far this statement reaches the request's caller; {@code NONE} when it does not match. */
  Reach match(PolicyRequest request, EquivalentAccounts accounts) {
    return actions.matches(request) ? matchOfAction(request, accounts) : Reach.NONE;
  }

  /** The same for a request whose action is known to match. */
  Reach matchOfAction(PolicyRequest request, EquivalentAccounts accounts) {
    if (!resources.matches(request, accounts)) {
      return Reach.NONE;
    }
    Reach reach = reach(request.principal());
    return reach == Reach.NONE || conditionsHold(request.context()) ? reach : Reach.NONE;
  }

  Reach reach(PolicyPrincipal caller) {
    return principals == null ? Reach.CALLER : principals.reach(caller, effect);
  }

  private boolean conditionsHold(RequestContext context) {
    for (Condition condition : conditions) {
      if (!condition.holds(context)) {
        return false;
      }
    }
    return true;
  }

  ActionElement actions() {
    return actions;
  }

  ResourceElement resources() {
    return resources;
  }

  @Nullable PrincipalElement principals() {
    return principals;
  }

  List<Condition> conditions() {
    return List.of(conditions);
  }

  Stream<String> contextKeys() {
    return Stream.concat(
        resources.variableNames(), Stream.of(conditions).flatMap(Condition::contextKeys));
  }
}
