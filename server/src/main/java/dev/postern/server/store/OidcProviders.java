package dev.postern.server.store;

import dev.postern.aws.json.Json;
import dev.postern.aws.json.MalformedJsonException;
import java.nio.charset.StandardCharsets;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiFunction;
import org.jdbi.v3.core.Handle;

/** OpenID Connect providers. Safe for use by many threads. */
public final class OidcProviders {
  /** Providers of the account, and what one can have (IAM quotas). */
  public static final int PROVIDERS_MAX = 100;

  public static final int CLIENT_IDS_MAX = 100;
  public static final int TAGS_MAX = 50;

  private final Identity identity;
  private final InstantSource clock;

  OidcProviders(Identity identity, InstantSource clock) {
    this.identity = identity;
    this.clock = clock;
  }

  /** What came of a change. Everything but DONE changed nothing. */
  public enum Outcome {
    DONE,
    NO_PROVIDER,
    URL_TAKEN,
    TOO_MANY_PROVIDERS,
    TOO_MANY_CLIENT_IDS,
    TOO_MANY_TAGS
  }

  /**
   * Makes a provider.
   *
   * @param url the issuer without {@code https://}
   */
  public Outcome create(
      String arn,
      String url,
      List<String> clientIds,
      List<String> thumbprints,
      Map<String, String> tags) {
    return identity.write(handle -> {
      if (find(handle, "url", url).isPresent()) {
        return Outcome.URL_TAKEN;
      }
      if (Users.count(handle, "select count(*) from oidc_provider where url <> ?", "")
          >= PROVIDERS_MAX) {
        return Outcome.TOO_MANY_PROVIDERS;
      }
      handle
          .createUpdate(
              """
              insert into oidc_provider (provider_arn, url, client_ids, thumbprints, created_at)
              values (:arn, :url, :clientIds, :thumbprints, :created)
              """)
          .bind("arn", arn)
          .bind("url", url)
          .bind("clientIds", Json.writeString(List.copyOf(clientIds)))
          .bind("thumbprints", Json.writeString(List.copyOf(thumbprints)))
          .bind("created", clock.millis())
          .execute();
      IamTags.put(handle, IamEntity.OIDC_PROVIDER, arn, tags);
      return Outcome.DONE;
    });
  }

  /** The provider of this ARN. */
  public Optional<OidcProviderRecord> get(String arn) {
    return identity.read(handle -> find(handle, "provider_arn", arn));
  }

  /** ARNs, in order. */
  public List<String> arns() {
    return identity.read(handle ->
        handle
            .createQuery("select provider_arn from oidc_provider order by provider_arn")
            .mapTo(String.class)
            .list());
  }

  /** By key; none of a provider that there is not. */
  public Map<String, String> tags(String arn) {
    return identity.read(handle -> IamTags.of(handle, IamEntity.OIDC_PROVIDER, arn));
  }

  /** Deletes a provider; false when there was none. */
  public boolean delete(String arn) {
    return identity.write(handle -> {
      IamTags.removeAll(handle, IamEntity.OIDC_PROVIDER, arn);
      return handle.execute("delete from oidc_provider where provider_arn = ?", arn) > 0;
    });
  }

  public Outcome setThumbprints(String arn, List<String> thumbprints) {
    return change(
        arn,
        (handle, provider) -> {
          handle.execute(
              "update oidc_provider set thumbprints = ? where provider_arn = ?",
              Json.writeString(List.copyOf(thumbprints)),
              arn);
          return Outcome.DONE;
        });
  }

  /** Adding one that is there is fine. */
  public Outcome addClientId(String arn, String clientId) {
    return change(
        arn,
        (handle, provider) -> {
          Set<String> ids = new LinkedHashSet<>(provider.clientIds());
          ids.add(clientId);
          return setClientIds(handle, arn, List.copyOf(ids));
        });
  }

  /** Removing one that is not there is fine. */
  public Outcome removeClientId(String arn, String clientId) {
    return change(
        arn,
        (handle, provider) -> {
          List<String> ids = new ArrayList<>(provider.clientIds());
          ids.remove(clientId);
          return setClientIds(handle, arn, ids);
        });
  }

  private static Outcome setClientIds(Handle handle, String arn, List<String> clientIds) {
    if (clientIds.size() > CLIENT_IDS_MAX) {
      return Outcome.TOO_MANY_CLIENT_IDS;
    }
    handle.execute(
        "update oidc_provider set client_ids = ? where provider_arn = ?",
        Json.writeString(clientIds),
        arn);
    return Outcome.DONE;
  }

  public Outcome tag(String arn, Map<String, String> tags) {
    return change(
        arn,
        (handle, provider) -> {
          if (IamTags.countWith(handle, IamEntity.OIDC_PROVIDER, arn, tags) > TAGS_MAX) {
            return Outcome.TOO_MANY_TAGS;
          }
          IamTags.put(handle, IamEntity.OIDC_PROVIDER, arn, tags);
          return Outcome.DONE;
        });
  }

  public Outcome untag(String arn, Collection<String> tagKeys) {
    return change(
        arn,
        (handle, provider) -> {
          IamTags.remove(handle, IamEntity.OIDC_PROVIDER, arn, tagKeys);
          return Outcome.DONE;
        });
  }

  private Outcome change(String arn, BiFunction<Handle, OidcProviderRecord, Outcome> work) {
    return identity.write(handle ->
        find(handle, "provider_arn", arn)
            .map(provider -> work.apply(handle, provider))
            .orElse(Outcome.NO_PROVIDER));
  }

  /**
   * The provider of an issuer.
   *
   * @param url without {@code https://}
   */
  public Optional<OidcProviderRecord> find(String url) {
    return identity.read(handle -> find(handle, "url", url));
  }

  private static Optional<OidcProviderRecord> find(Handle handle, String column, String value) {
    return handle
        .createQuery("select * from oidc_provider where " + column + " = :value")
        .bind("value", value)
        .map((row, context) -> record(row))
        .findOne();
  }

  private static OidcProviderRecord record(ResultSet row) throws SQLException {
    return new OidcProviderRecord(
        row.getString("provider_arn"),
        row.getString("url"),
        texts(row.getString("client_ids")),
        texts(row.getString("thumbprints")),
        Columns.time(row, "created_at"));
  }

  private static List<String> texts(String json) {
    try {
      return Json.read(json.getBytes(StandardCharsets.UTF_8)) instanceof List<?> list
          ? list.stream().map(String::valueOf).toList()
          : List.of();
    } catch (MalformedJsonException damaged) {
      throw new StoreException("a list of texts is damaged", damaged);
    }
  }
}
