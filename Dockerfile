# The program alone; compose.yaml adds a database. Build: docker build -t paymentadmin .
FROM mcr.microsoft.com/dotnet/sdk:10.0-noble AS build
WORKDIR /source
COPY . .
RUN dotnet publish PaymentAdmin.Web -c Release -o /program

FROM mcr.microsoft.com/dotnet/aspnet:10.0-noble
# Time zones and word order for people's texts, and the SQLite that the operating system's vendor keeps patched.
RUN apt-get update \
    && apt-get install -y --no-install-recommends libicu74 libsqlite3-0 tzdata \
    && rm -rf /var/lib/apt/lists/* \
    && install -d -o "$APP_UID" -g "$APP_UID" -m 700 /data
COPY --from=build /program /program
WORKDIR /data
USER $APP_UID
ENV ASPNETCORE_ENVIRONMENT=Production \
    Urls=http://0.0.0.0:8080 \
    DataDirectory=/data \
    DOTNET_SYSTEM_GLOBALIZATION_INVARIANT=false
VOLUME /data
EXPOSE 8080
ENTRYPOINT ["dotnet", "/program/PaymentAdmin.Web.dll"]
