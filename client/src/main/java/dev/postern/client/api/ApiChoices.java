package dev.postern.client.api;

import java.net.URI;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * What a command line says about the API; what it leaves open is found as the AWS CLI finds it.
 *
 * @param endpoint of SSM
 * @param region as in signatures
 * @param profile in the AWS configuration files
 * @param caBundle PEM certificates to trust besides the system's
 */
public record ApiChoices(
    @Nullable URI endpoint,
    @Nullable String region,
    @Nullable String profile,
    @Nullable Path caBundle) {}
