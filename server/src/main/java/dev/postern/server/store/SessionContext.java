package dev.postern.server.store;

import dev.postern.aws.json.Json;
import dev.postern.aws.json.MalformedJsonException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What temporary credentials carry besides their principal.
 *
 * @param policy the inline session policy
 * @param policyArns managed policies that limit the session
 * @param tags session tags, in the order given
 * @param transitiveTags keys of the tags that the next role's session inherits
 * @param sourceIdentity what {@code aws:SourceIdentity} is, for this session and every later one
 * @param mfaAt when a code of an MFA device was given
 * @param chained whether temporary credentials assumed the role
 * @param federated condition keys from a web identity, such as {@code <issuer>:sub}
 */
public record SessionContext(
    Optional<String> policy,
    List<String> policyArns,
    Map<String, String> tags,
    Set<String> transitiveTags,
    Optional<String> sourceIdentity,
    Optional<Instant> mfaAt,
    boolean chained,
    Map<String, List<String>> federated) {
  /** Of credentials that carry nothing. */
  public static final SessionContext NONE =
      new SessionContext(
          Optional.empty(),
          List.of(),
          Map.of(),
          Set.of(),
          Optional.empty(),
          Optional.empty(),
          false,
          Map.of());

  public SessionContext {
    policyArns = List.copyOf(policyArns);
    transitiveTags = Set.copyOf(transitiveTags);
  }

  /** As it is stored. */
  public String toJson() {
    Map<String, Object> json = new LinkedHashMap<>();
    policy.ifPresent(text -> json.put("policy", text));
    json.put("policyArns", policyArns);
    json.put("tags", tags);
    json.put("transitiveTags", List.copyOf(transitiveTags));
    sourceIdentity.ifPresent(text -> json.put("sourceIdentity", text));
    mfaAt.ifPresent(time -> json.put("mfaAt", time.getEpochSecond()));
    json.put("chained", chained);
    json.put("federated", federated);
    return Json.writeString(json);
  }

  /** Reads what {@link #toJson} wrote. */
  public static SessionContext parse(String text) {
    try {
      Map<String, Object> json = Json.readObject(text);
      return new SessionContext(
          Optional.ofNullable((String) json.get("policy")),
          texts(json.get("policyArns")),
          textMap(json.get("tags")),
          Set.copyOf(texts(json.get("transitiveTags"))),
          Optional.ofNullable((String) json.get("sourceIdentity")),
          Optional.ofNullable((Long) json.get("mfaAt")).map(Instant::ofEpochSecond),
          Boolean.TRUE.equals(json.get("chained")),
          listMap(json.get("federated")));
    } catch (MalformedJsonException | ClassCastException damaged) {
      throw new StoreException("the context of temporary credentials is damaged", damaged);
    }
  }

  private static List<String> texts(@Nullable Object list) {
    List<String> texts = new ArrayList<>();
    if (list instanceof List<?> elements) {
      elements.forEach(element -> texts.add((String) element));
    }
    return texts;
  }

  private static Map<String, String> textMap(@Nullable Object map) {
    Map<String, String> texts = new LinkedHashMap<>();
    if (map instanceof Map<?, ?> entries) {
      entries.forEach((key, value) -> texts.put((String) key, (String) value));
    }
    return texts;
  }

  private static Map<String, List<String>> listMap(@Nullable Object map) {
    Map<String, List<String>> lists = new LinkedHashMap<>();
    if (map instanceof Map<?, ?> entries) {
      entries.forEach((key, value) -> lists.put((String) key, texts(value)));
    }
    return lists;
  }
}
