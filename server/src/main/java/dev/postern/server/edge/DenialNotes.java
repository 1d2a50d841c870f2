package dev.postern.server.edge;

import dev.postern.aws.Timestamps;
import dev.postern.aws.json.Json;
import dev.postern.server.access.Caller;
import dev.postern.server.access.Decision;
import dev.postern.server.access.policy.Explanation;
import dev.postern.server.access.policy.Mismatch;
import dev.postern.server.access.policy.NearMiss;
import dev.postern.server.access.policy.RequestContext;
import dev.postern.server.access.policy.Statement;
import dev.postern.server.access.policy.Verdict;
import dev.postern.server.store.Denials;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Writes down why a call was refused, at the moment of the refusal: policies change. Read by {@code
 * postern:Explain} alone; nothing of it goes to the refused caller.
 */
final class DenialNotes {
  private final Denials denials;

  DenialNotes(Denials denials) {
    this.denials = denials;
  }

  void keep(Arrival arrival, Caller caller, Decision.Denied denied) {
    denials.insert(
        arrival.requestId(), arrival.now(), Json.writeString(note(arrival, caller, denied)));
  }

  private static Map<String, Object> note(Arrival arrival, Caller caller, Decision.Denied denied) {
    var note = new LinkedHashMap<String, Object>();
    note.put("RequestId", arrival.requestId());
    note.put("Time", Timestamps.iso8601(arrival.now()));
    note.put("Principal", who(caller, denied));
    note.put("Action", denied.action());
    note.put("Resource", denied.resource());
    note.put("Decision", denied.explicit() ? "explicitDeny" : "implicitDeny");
    Explanation explanation = denied.explanation();
    note.put("Layer", layer(explanation.verdict()));
    note.put("ContextKeys", contextKeys(explanation.request().context()));
    if (explanation.verdict() instanceof Verdict.ExplicitDeny(Verdict.Match match)) {
      note.put("DecidingStatement", statement(match));
    }
    explanation.nearest().ifPresent(nearest -> note.put("NearestStatement", nearest(nearest)));
    return note;
  }

  /** The caller, or the provider whose token somebody showed. */
  private static String who(Caller caller, Decision.Denied denied) {
    return caller.arn().isEmpty() ? denied.request().principal().name() : caller.arn();
  }

  private static String layer(Verdict verdict) {
    return switch (verdict) {
      case Verdict.ExplicitDeny(Verdict.Match match) -> match.layer().title();
      case Verdict.ImplicitDeny(var layer) -> layer.title();
      case Verdict.Allowed _ -> throw new IllegalStateException("no denial");
    };
  }

  private static Map<String, List<String>> contextKeys(RequestContext context) {
    var keys = new LinkedHashMap<String, List<String>>();
    context.names().forEach(name -> keys.put(name, context.values(name)));
    return keys;
  }

  private static Map<String, Object> statement(Verdict.Match match) {
    Statement statement = match.statement();
    var shown = new LinkedHashMap<String, Object>();
    shown.put("Policy", match.policy().sourceId());
    shown.put("PolicyType", match.policy().sourceType().wireName());
    statement.sid().ifPresent(sid -> shown.put("Sid", sid));
    shown.put("Position", statement.start().toString());
    shown.put("Statement", statement.text());
    return shown;
  }

  private static Map<String, Object> nearest(NearMiss nearest) {
    Map<String, Object> shown = statement(nearest.statement());
    shown.put("Mismatches", nearest.mismatches().stream().map(Mismatch::sentence).toList());
    return shown;
  }
}
