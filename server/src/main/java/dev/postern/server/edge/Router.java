package dev.postern.server.edge;

import dev.postern.aws.Fault;
import dev.postern.aws.query.MalformedFormException;
import dev.postern.aws.query.QueryForm;
import dev.postern.server.listener.HttpCall;
import dev.postern.server.service.Service;
import dev.postern.server.service.Service.Protocol;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Finds what a call wants, in the order of spec/aws-api.md 1.2. Immutable. */
final class Router {
  private static final String FORM_TYPE = "application/x-www-form-urlencoded";

  private final Map<String, Service> jsonByPrefix = new HashMap<>();
  private final Map<String, Service> queryByVersion = new HashMap<>();
  private final @Nullable Service channels;

  Router(List<Service> services) {
    Service gateway = null;
    for (Service service : services) {
      switch (service.protocol()) {
        case Protocol.AwsJson(String prefix) -> putOnce(jsonByPrefix, prefix, service);
        case Protocol.Query(String version, String _) -> putOnce(queryByVersion, version, service);
        case Protocol.Ec2Query(String version, String _) ->
            putOnce(queryByVersion, version, service);
        case Protocol.Channels() -> gateway = service;
      }
    }
    channels = gateway;
  }

  private static void putOnce(Map<String, Service> map, String key, Service service) {
    if (map.putIfAbsent(key, service) != null) {
      throw new IllegalArgumentException("two services answer to " + key);
    }
  }

  /** Throws a fault only when nothing can be said about the syntax wanted. */
  Route route(Arrival arrival) {
    Optional<ChannelPath> channel = ChannelPath.of(arrival.path());
    if (channel.isPresent()) {
      return toChannel(arrival, channel.get());
    }
    if (!arrival.path().segments().isEmpty()) {
      return Route.nowhere("", new UnknownSyntax());
    }
    HttpCall call = arrival.call();
    if (call.header("x-amz-target") != null) {
      return toTarget(call);
    }
    boolean form = call.method().equals("POST") && isForm(call.header("content-type"));
    boolean query = call.method().equals("GET") && !arrival.rawQuery().isEmpty();
    if (form || query) {
      return toQuery(arrival, form);
    }
    return Route.nowhere("", new UnknownSyntax());
  }

  private Route toChannel(Arrival arrival, ChannelPath path) {
    Syntax syntax = new ChannelSyntax(arrival.call().body(), path.idMember(), path.id());
    boolean post = arrival.call().method().equals("POST");
    if (channels == null || !post) {
      return Route.nowhere("", syntax);
    }
    return Route.to(channels, path.createOperation(), syntax);
  }

  private Route toTarget(HttpCall call) {
    List<String> targets =
        call.headers().stream()
            .filter(header -> header.name().equalsIgnoreCase("x-amz-target"))
            .map(HttpCall.Header::value)
            .toList();
    Syntax syntax = new JsonSyntax(call.body());
    String target = targets.getFirst();
    int dot = target.lastIndexOf('.');
    Service service = dot < 0 ? null : jsonByPrefix.get(target.substring(0, dot));
    String name = target.substring(dot + 1);
    boolean clear = targets.size() == 1 && call.method().equals("POST");
    return service == null || !clear
        ? Route.nowhere(name, syntax)
        : Route.to(service, name, syntax);
  }

  private static boolean isForm(@Nullable String contentType) {
    if (contentType == null) {
      return false;
    }
    int semicolon = contentType.indexOf(';');
    String type = semicolon < 0 ? contentType : contentType.substring(0, semicolon);
    return type.strip().toLowerCase(Locale.ROOT).equals(FORM_TYPE);
  }

  private Route toQuery(Arrival arrival, boolean inBody) {
    QueryForm form;
    try {
      form = inBody ? QueryForm.parse(arrival.call().body()) : QueryForm.parse(arrival.rawQuery());
    } catch (MalformedFormException malformed) {
      throw new Fault("MalformedQueryString", 400, String.valueOf(malformed.getMessage()));
    }
    String version = form.get("Version");
    String action = form.get("Action");
    Service service = version == null ? null : queryByVersion.get(version);
    String name = action == null ? "" : action;
    if (service == null) {
      return Route.nowhere(name, new QuerySyntax(form, ""));
    }
    return switch (service.protocol()) {
      case Protocol.Query(_, String namespace) ->
          Route.to(service, name, new QuerySyntax(form, namespace));
      case Protocol.Ec2Query(_, String namespace) ->
          Route.to(service, name, new Ec2Syntax(form, namespace));
      case Protocol.AwsJson _, Protocol.Channels _ ->
          throw new IllegalStateException("no form is for " + service.name());
    };
  }
}
