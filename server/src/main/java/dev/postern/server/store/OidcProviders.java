package dev.postern.server.store;

import dev.postern.aws.json.Json;
import dev.postern.aws.json.MalformedJsonException;
import java.nio.charset.StandardCharsets;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;

/** OpenID Connect providers. Safe for use by many threads. */
public final class OidcProviders {
  private final Identity identity;

  OidcProviders(Identity identity) {
    this.identity = identity;
  }

  /**
   * The provider of an issuer.
   *
   * @param url without {@code https://}
   */
  public Optional<OidcProviderRecord> find(String url) {
    return identity.read(handle ->
        handle
            .createQuery("select * from oidc_provider where url = :url")
            .bind("url", url)
            .map((row, context) -> record(row))
            .findOne());
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
