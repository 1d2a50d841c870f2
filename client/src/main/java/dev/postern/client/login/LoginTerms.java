package dev.postern.client.login;

import java.net.URI;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * What a login asks for, kept for its renewals.
 *
 * @param issuer of the OpenID Connect provider
 * @param clientId under which the provider knows this program
 * @param roleArn the role to assume
 * @param endpoint of sts
 * @param caBundle absolute; PEM certificates to trust besides the system's
 * @param durationSeconds of the credentials; null for the server's default
 */
public record LoginTerms(
    String issuer,
    String clientId,
    String roleArn,
    URI endpoint,
    @Nullable Path caBundle,
    @Nullable Integer durationSeconds) {}
