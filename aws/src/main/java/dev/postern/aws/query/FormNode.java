package dev.postern.aws.query;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * One level of a form's dotted names: {@code Tags.member.1.Key=a} is the child {@code Tags} with
 * the child {@code member} and so on. A node may have a value and children; a reader that knows the
 * shape takes the one it expects. Not changed after it was made.
 */
public final class FormNode {
  private static final int DEPTH_MAX = 32;

  private final Map<String, FormNode> children = new LinkedHashMap<>();
  private @Nullable String value;

  private FormNode() {}

  static FormNode of(Map<String, String> parameters) throws MalformedFormException {
    var root = new FormNode();
    for (Map.Entry<String, String> parameter : parameters.entrySet()) {
      root.add(parameter.getKey(), parameter.getValue());
    }
    return root;
  }

  private void add(String name, String parameterValue) throws MalformedFormException {
    FormNode node = this;
    int start = 0;
    int depth = 0;
    while (true) {
      int dot = name.indexOf('.', start);
      int end = dot < 0 ? name.length() : dot;
      node = node.children.computeIfAbsent(name.substring(start, end), _ -> new FormNode());
      if (dot < 0) {
        break;
      }
      if (++depth > DEPTH_MAX) {
        throw new MalformedFormException("a parameter's name has too many dots");
      }
      start = dot + 1;
    }
    node.value = parameterValue;
  }

  public @Nullable String value() {
    return value;
  }

  public @Nullable FormNode child(String name) {
    return children.get(name);
  }

  public Map<String, FormNode> children() {
    return Collections.unmodifiableMap(children);
  }

  /**
   * The children named 1, 2, 3 and so on, in the order of their numbers; gaps are closed.
   *
   * @throws MalformedFormException when a child is not named by a positive number
   */
  public List<FormNode> elements() throws MalformedFormException {
    var byNumber = new TreeMap<Integer, FormNode>();
    for (Map.Entry<String, FormNode> child : children.entrySet()) {
      byNumber.put(number(child.getKey()), child.getValue());
    }
    return new ArrayList<>(byNumber.values());
  }

  private static int number(String name) throws MalformedFormException {
    boolean isNumber =
        !name.isEmpty()
            && name.length() <= 9
            && name.charAt(0) != '0'
            && name.chars().allMatch(c -> c >= '0' && c <= '9');
    if (!isNumber) {
      throw new MalformedFormException("a list's element is not named by its number");
    }
    return Integer.parseInt(name);
  }
}
