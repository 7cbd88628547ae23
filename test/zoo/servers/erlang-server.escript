#!/usr/bin/env escript
%% A server with Erlang/OTP's own TLS: erlang-server FOLDER SMALL HOST CERTIFICATES KEY [HOST CERTIFICATES KEY]…
%% Serves the files of FOLDER, prints its port. SMALL is 0, or how many bytes of the response are sent, and so are a
%% record, at once.

main([Folder, Small | Shown]) ->
    {ok, _} = application:ensure_all_started(ssl),
    Options = [
        binary,
        {ip, {127, 0, 0, 1}},
        {active, false},
        {reuseaddr, true},
        {packet, http_bin},
        {versions, ['tlsv1.3']},
        {sni_hosts, hosts(Shown)}
    ],
    {ok, Listening} = ssl:listen(0, Options),
    {ok, {_, Port}} = ssl:sockname(Listening),
    io:format("~b~n", [Port]),
    accept(Listening, Folder, list_to_integer(Small)).

hosts([Host, Certificates, Key | More]) ->
    [{Host, [{certfile, Certificates}, {keyfile, Key}]} | hosts(More)];
hosts([]) ->
    [].

accept(Listening, Folder, Small) ->
    {ok, Socket} = ssl:transport_accept(Listening),
    Pid = spawn(fun() ->
        receive
            go -> answer(Socket, Folder, Small)
        end
    end),
    ok = ssl:controlling_process(Socket, Pid),
    Pid ! go,
    accept(Listening, Folder, Small).

answer(Waiting, Folder, Small) ->
    case ssl:handshake(Waiting, 60000) of
        {ok, Socket} ->
            {ok, {http_request, 'GET', {abs_path, <<"/", Name/binary>>}, _}} = ssl:recv(Socket, 0, 60000),
            read_fields(Socket),
            Response =
                case file:read_file(filename:join(Folder, Name)) of
                    {ok, Body} ->
                        Length = integer_to_binary(byte_size(Body)),
                        <<"HTTP/1.1 200 OK\r\nContent-Length: ", Length/binary, "\r\n\r\n", Body/binary>>;
                    _ ->
                        <<"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n">>
                end,
            send(Socket, Response, Small),
            ssl:close(Socket);
        _ ->
            refused
    end.

read_fields(Socket) ->
    case ssl:recv(Socket, 0, 60000) of
        {ok, http_eoh} -> ok;
        {ok, _} -> read_fields(Socket)
    end.

send(Socket, Bytes, Small) when Small > 0, byte_size(Bytes) > Small ->
    <<Piece:Small/binary, Rest/binary>> = Bytes,
    case ssl:send(Socket, Piece) of
        ok -> send(Socket, Rest, Small);
        _ -> gone
    end;
send(Socket, Bytes, _) ->
    ssl:send(Socket, Bytes).
