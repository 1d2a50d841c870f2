package dev.postern.server.edge;

import dev.postern.aws.Timestamps;
import dev.postern.server.access.Caller;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The condition keys that follow from the request itself (spec/aws-api.md 4.6). */
final class ConditionKeys {
  private ConditionKeys() {}

  static Map<String, List<String>> of(Arrival arrival, Caller caller, String region) {
    var keys = new HashMap<String, List<String>>();
    keys.put("aws:SourceIp", List.of(arrival.sourceAddress()));
    keys.put("aws:SecureTransport", List.of(String.valueOf(arrival.call().secure())));
    keys.put("aws:CurrentTime", List.of(Timestamps.iso8601(arrival.now())));
    keys.put("aws:EpochTime", List.of(String.valueOf(arrival.now().getEpochSecond())));
    keys.put("aws:RequestedRegion", List.of(region));
    keys.put("aws:ViaAWSService", List.of("false"));
    keys.put("aws:PrincipalIsAWSService", List.of("false"));
    caller
        .temporary()
        .flatMap(temporary -> temporary.context().mfaAt())
        .map(codeGiven -> Duration.between(codeGiven, arrival.now()).toSeconds())
        .ifPresent(
            age -> keys.put("aws:MultiFactorAuthAge", List.of(String.valueOf(Math.max(0, age)))));
    if (!arrival.userAgent().isEmpty()) {
      keys.put("aws:UserAgent", List.of(arrival.userAgent()));
    }
    return keys;
  }
}
